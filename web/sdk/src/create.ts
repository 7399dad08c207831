/** Makes the client of a browser tab. */

import { browserPlatform, socketUrl } from "./browser";
import type { CurlewClient } from "./client";
import { TabClient } from "./tab/client";

/**
 * Makes a client. Nothing happens before {@link CurlewClient.start}.
 *
 * @param options.url address of the socket, absolute or relative to the page; `/v1/ws` when absent.
 * @param options.storageName clients of the same name share what they keep, and one socket; `curlew` when absent.
 * @param options.device how this installation is described to its owner.
 */
export function createClient(options: {
    url?: string;
    storageName?: string;
    device: { name: string; platform: string };
}): CurlewClient {
    return new TabClient(browserPlatform(), {
        url: socketUrl(options.url),
        storageName: options.storageName ?? "curlew",
        device: options.device,
    });
}
