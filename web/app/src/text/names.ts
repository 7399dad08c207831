/** How people and chats are told apart at a glance: initials and a colour that never changes. */

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const HAN = /^\p{Script=Han}+$/u;

/** How many colours the palette has for people; see `styles/palette.css`. */
export const HUES = 10;

/**
 * One or two characters that stand for a name.
 *
 * @param name a display name in any script.
 */
export function initials(name: string): string {
    const words = name.trim().split(/[\s._-]+/u).filter((word) => word !== "");
    const spoken = words.filter((word) => /^[\p{L}\p{N}]/u.test(word));
    const [first = "", second = ""] = spoken.length > 0 ? spoken : words;
    if (HAN.test(first) && words.length === 1) return [...first].slice(-2).join("");
    return (grapheme(first) + grapheme(second)).toLocaleUpperCase() || "?";
}

function grapheme(word: string): string {
    const [first] = segmenter.segment(word);
    return first?.segment ?? "";
}

/**
 * The colour of a person or chat, as an index into the palette.
 *
 * @param id the id, which stays when the name changes.
 */
export function hue(id: string): number {
    let hash = 2_166_136_261;
    for (let i = 0; i < id.length; i++) {
        hash = Math.imul(hash ^ id.charCodeAt(i), 16_777_619);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519);
    return ((hash ^ (hash >>> 13)) >>> 0) % HUES;
}

/** Makes letters comparable: case and accents do not matter. */
export function fold(text: string): string {
    return text.normalize("NFKD").replace(/\p{Diacritic}/gu, "").toLocaleLowerCase();
}
