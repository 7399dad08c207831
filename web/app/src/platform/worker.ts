/** The service worker that keeps the client's own files, so that it opens without a network. */

const CHECK_MS = 60 * 60_000;

/**
 * Registers the worker where browsers allow one, and tells when a newer version waits.
 *
 * @param offer is given a function that puts the new version to use.
 */
export function watchForUpdates(offer: (accept: () => void) => void): void {
    if (!window.isSecureContext || !("serviceWorker" in navigator)) return;
    window.addEventListener("load", () => void register(offer));
    if (document.readyState === "complete") void register(offer);
}

async function register(offer: (accept: () => void) => void): Promise<void> {
    try {
        const registration = await navigator.serviceWorker.register("/sw.js");
        follow(registration, offer);
        setInterval(() => void registration.update().catch(() => undefined), CHECK_MS);
    } catch {
        // Without the worker everything works as long as the server is reached.
    }
}

function follow(registration: ServiceWorkerRegistration, offer: (accept: () => void) => void): void {
    const propose = (worker: ServiceWorker) => {
        // The very first version replaces nothing.
        if (!navigator.serviceWorker.controller) return;
        offer(() => {
            navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
            worker.postMessage("use");
        });
    };
    if (registration.waiting) propose(registration.waiting);
    registration.addEventListener("updatefound", () => {
        const worker = registration.installing;
        worker?.addEventListener("statechange", () => worker.state === "installed" && propose(worker));
    });
}
