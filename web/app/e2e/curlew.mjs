// A real server in a folder of its own, that can be killed and started again on the same data.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Settings that keep a test from waiting for limits it is not about. */
const SETTINGS = ["limits.sends_per_second=1000", "limits.sends_burst=1000", "limits.changes_per_minute=100000", "log.level=warn"];

export class Curlew {
    #program;
    #folder = mkdtempSync(join(tmpdir(), "curlew-browsers-"));
    #process = null;
    /** Where it listens: the same port after each start. */
    address = "";
    /** The code of the set-up link, as long as nobody has used it. */
    setup = "";

    constructor(program) {
        this.#program = program;
    }

    /** Starts it and resolves when it listens. */
    async start() {
        const listen = this.address ? new URL(this.address).host : "127.0.0.1:0";
        const settings = [`server.listen=${listen}`, `server.data_dir=${join(this.#folder, "data")}`, ...SETTINGS];
        const sets = settings.flatMap((setting) => ["--set", setting]);
        this.#process = spawn(this.#program, ["serve", ...sets], { stdio: ["ignore", "pipe", "inherit"] });
        this.setup = "";
        for await (const line of createInterface({ input: this.#process.stdout })) {
            if (line.startsWith("listening on ")) this.address = line.slice("listening on ".length);
            if (line.startsWith("set up: ")) this.setup = line.split("#setup=")[1];
            if (this.address && (this.setup || listen !== "127.0.0.1:0")) return;
        }
        throw new Error("the server ended before it listened");
    }

    /** Ends it at once, as a power cut of the process would. */
    async kill() {
        const gone = once(this.#process, "exit");
        this.#process.kill("SIGKILL");
        await gone;
    }

    /** Ends it and removes what it kept. */
    async end() {
        if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.kill();
        rmSync(this.#folder, { recursive: true, force: true });
    }
}
