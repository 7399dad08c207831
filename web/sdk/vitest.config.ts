import { defineConfig } from "vitest/config";

// Time in the tests is a fake one; this bound only stops what would never end, also on a busy machine.
export default defineConfig({ test: { testTimeout: 60_000 } });
