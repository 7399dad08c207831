/** Small settings of this browser. Storage may be forbidden; then they last as long as the page. */

const PREFIX = "curlew.";

/** Reads a setting; null when it was never written or may not be read. */
export function readSetting(name: string): string | null {
    try {
        return localStorage.getItem(PREFIX + name);
    } catch {
        return null;
    }
}

/** Keeps a setting, if the browser allows it. */
export function writeSetting(name: string, value: string): void {
    try {
        localStorage.setItem(PREFIX + name, value);
    } catch {
        // Forbidden or full: the choice holds until the page is closed.
    }
}
