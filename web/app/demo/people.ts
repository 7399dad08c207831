/** Invented people. */

import type { User } from "@curlew/sdk";

const NAMES: readonly (readonly [username: string, displayName: string])[] = [
    ["ada.byrne", "Ada Byrne"],
    ["maria.silva", "Maria Silva"],
    ["yutong.li", "李雨桐"],
    ["amal.haddad", "أمل حداد"],
    ["noa.levi", "נועה לוי"],
    ["jonas", "Jonas Eklund"],
    ["tomasz.w", "Tomasz Wiśniewski"],
    ["grace-okafor", "Grace Okafor"],
    ["hiro", "田中 浩"],
    ["the.very.long.user.name.of.max", "Maximiliane Freifrau von und zu Hohenstein-Wittelsbach"],
    ["sam", "Sam"],
    ["ines.k", "Inés Korhonen"],
    ["build-bot", "Build Bot"],
    ["dmitri", "Дмитрий Волков"],
    ["priya", "Priya Raghunathan"],
    ["olu", "Olu Adeyemi"],
];

/** People for long lists. */
function more(): (readonly [string, string])[] {
    const first = ["Lena", "Mateo", "Aisha", "Yuki", "Omar", "Freya", "Noah", "Ziv"];
    const last = ["Berg", "Costa", "Dubois", "Eze", "Fischer", "Garcia"];
    return first.flatMap((one, row) => last.slice(0, 4).map((other, column) => [`${one}.${other}`.toLowerCase() + (row * 4 + column), `${one} ${other}`] as const));
}

/** Everybody; the first is oneself. */
export const PEOPLE: readonly User[] = [...NAMES, ...more()].map(([username, display_name], index) => ({
    id: `u${index}`,
    username,
    display_name,
    created_ms: 1_710_000_000_000 + index * 86_400_000,
}));

/** A person by place. */
export function person(index: number): User {
    const user = PEOPLE[index % PEOPLE.length];
    if (!user) throw new Error("there are people");
    return user;
}
