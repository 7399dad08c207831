/** What this browser is called in the list of devices. */

const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
    [/Edg\//, "Edge"],
    [/OPR\//, "Opera"],
    [/Firefox\/|FxiOS\//, "Firefox"],
    [/Chrome\/|CriOS\//, "Chrome"],
    [/Safari\//, "Safari"],
];

const SYSTEMS: readonly (readonly [mark: RegExp, name: string])[] = [
    [/iPhone/, "iPhone"],
    [/iPad/, "iPad"],
    [/Android/, "Android"],
    [/Mac OS X/, "Mac"],
    [/Windows/, "Windows"],
    [/CrOS/, "ChromeOS"],
    [/Linux/, "Linux"],
];

/**
 * A name its owner recognises, as "Firefox on Linux".
 *
 * @param agent how the browser describes itself.
 */
export function deviceName(agent: string): string {
    const browser = BROWSERS.find(([mark]) => mark.test(agent))?.[1] ?? "Browser";
    const system = SYSTEMS.find(([mark]) => mark.test(agent))?.[1];
    return system === undefined ? browser : `${browser} on ${system}`;
}
