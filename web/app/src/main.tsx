/** Puts the parts together and shows them. */

import "@fontsource-variable/inter";
import "./styles/palette.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/windows.css";
import "./styles/parts.css";
import "./styles/layout.css";
import "./styles/screens.css";
import "./styles/message.css";
import "./styles/chat.css";
import "./styles/actions.css";
import "./styles/beside.css";
import "./styles/dialogs.css";
import { createClient, type CurlewClient } from "@curlew/sdk";
import { configure } from "mobx";
import { createRoot } from "react-dom/client";
import { browserAddress } from "./platform/address";
import { copyText } from "./platform/clipboard";
import { deviceName } from "./platform/device";
import { readSetting, writeSetting } from "./platform/storage";
import { BrowserSurroundings } from "./platform/surroundings";
import { watchForUpdates } from "./platform/worker";
import { App } from "./stores/app";
import { Clock } from "./stores/clock";
import { Root } from "./views/Root";

configure({ enforceActions: "observed" });

async function client(): Promise<CurlewClient> {
    const scene = new URLSearchParams(location.search).get("demo");
    if (__DEMO__ && scene !== null) {
        const { DemoClient } = await import("../demo/client");
        return new DemoClient(scene);
    }
    return createClient({ device: { name: deviceName(navigator.userAgent), platform: "web" } });
}

async function run(root: HTMLElement): Promise<void> {
    const app = new App({
        client: await client(),
        surroundings: new BrowserSurroundings(),
        keeper: { read: readSetting, write: writeSetting },
        address: browserAddress,
        clock: new Clock(),
        copy: copyText,
    });
    app.follow();
    createRoot(root).render(<Root app={app} />);
    if (!__DEMO__) watchForUpdates((accept) => app.update.offer(accept));
    await app.start();
}

const root = document.getElementById("root");
if (root) void run(root);
