/** The address bar of the browser. */

import type { AddressBar } from "../stores/navigation";

/** Keeps routes in the part of the address behind the hash. */
export const browserAddress: AddressBar = {
    read: () => location.hash,
    push: (hash) => history.pushState(null, "", hash),
    replace: (hash) => history.replaceState(null, "", hash),
    subscribe(listener) {
        window.addEventListener("popstate", listener);
        window.addEventListener("hashchange", listener);
        return () => {
            window.removeEventListener("popstate", listener);
            window.removeEventListener("hashchange", listener);
        };
    },
};
