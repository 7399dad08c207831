// Keeps the client's own files so that it opens without a network. Written into the build with the list of files
// and a version that follows from their contents; messages are kept elsewhere, in the client's database.

const VERSION = "__VERSION__";
const FILES = __FILES__;
const CACHE = `curlew-${VERSION}`;

self.addEventListener("install", (event) => {
    event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })))));
});

self.addEventListener("activate", (event) => {
    event.waitUntil(
        caches
            .keys()
            .then((names) => Promise.all(names.filter((name) => name.startsWith("curlew-") && name !== CACHE).map((name) => caches.delete(name))))
            .then(() => self.clients.claim()),
    );
});

// A new version waits until the person agrees: files of the old one stay while pages use them.
self.addEventListener("message", (event) => {
    if (event.data === "use") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) return;
    const name = url.pathname === "/" ? "/index.html" : url.pathname;
    if (!FILES.includes(name)) return;
    event.respondWith(caches.open(CACHE).then((cache) => cache.match(name)).then((kept) => kept ?? fetch(request)));
});
