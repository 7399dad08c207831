// Serves a built client the way the server does: same files, strict content policy.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
};

const POLICY = "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Beyond what the server asks for: with it, no text can become markup or script anywhere in the page. */
const STRICTER = `${POLICY}; require-trusted-types-for 'script'`;

/** Serves `folder` on a free port of the loopback; resolves to its address and a function that ends it. */
export async function serve(folder, { strict = false } = {}) {
    const server = createServer(async (request, response) => {
        const path = normalize(new URL(request.url, "http://local").pathname);
        const file = join(folder, path === "/" ? "index.html" : path);
        try {
            const body = await readFile(file);
            response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": strict ? STRICTER : POLICY });
            response.end(body);
        } catch {
            response.writeHead(404).end();
        }
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
