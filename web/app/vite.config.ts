import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Writes `sw.js`: the worker with the list of all files of the build and a version that follows from them. */
function shell(): Plugin {
    return {
        name: "shell",
        apply: "build",
        generateBundle: {
            order: "post",
            handler(_, bundle) {
                const built = Object.values(bundle).map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source] as const);
                const kept = readdirSync("public").map((name) => [`/${name}`, readFileSync(`public/${name}`)] as const);
                const files = [...built, ...kept].sort(([a], [b]) => (a < b ? -1 : 1));
                const hash = createHash("sha256");
                for (const [name, source] of files) hash.update(name).update(source);
                const code = readFileSync("worker/sw.js", "utf8")
                    .replace("__VERSION__", hash.digest("hex").slice(0, 16))
                    .replace("__FILES__", JSON.stringify(files.map(([name]) => name).filter((name) => !name.endsWith(".map"))));
                this.emitFile({ type: "asset", fileName: "sw.js", source: code });
            },
        },
    };
}

export default defineConfig(({ mode, command }) => ({
    plugins: [react(), shell()],
    define: { __DEMO__: JSON.stringify(mode === "demo" || (command === "serve" && mode !== "production")) },
    build: { outDir: mode === "demo" ? "dist-demo" : "dist", target: "es2023", assetsInlineLimit: 0, chunkSizeWarningLimit: 700, modulePreload: { polyfill: false } },
    server: { proxy: { "/v1": { target: process.env["CURLEW_SERVER"] ?? "http://127.0.0.1:8080", ws: true } } },
}));
