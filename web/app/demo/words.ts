/** Invented things to say. */

/** Short everyday lines for the long chats. */
export const LINES: readonly string[] = [
    "The tide table for Saturday is up.",
    "Low water at 06:40, so we should be on the flats by six.",
    "Counted 214 dunlin and 3 curlews on the north bank 🐦",
    "Nice!",
    "Can somebody bring the second scope? Mine is at the workshop until Monday.",
    "I can.",
    "Thanks 🙏",
    "Parking by the old mill is closed until the end of the month, use the upper one.",
    "Good to know",
    "Does anyone remember where we put the ringing pliers after the last session? They are not in the box, not in the van, and not in the hut. I looked twice.",
    "Top drawer, under the maps.",
    "Found them, you are a wizard",
    "😄",
    "明天我也来，大概七点到。",
    "See https://example.org/tides?station=north-bank for the forecast.",
    "Wind is picking up, 6 from the north-west. Dress warmly!",
    "ok",
    "Here is the summary of the year so far: 31 sessions, 4,120 birds, 62 species. The full report goes to the council next week, so if you still have sheets at home, please type them in by Thursday evening.",
    "Will do tonight.",
    "Same here, mine are almost done.",
];

/** A talk with everything a bubble has to bear. `from` 0 is oneself. */
export const TALK: readonly { from: 0 | 1; text: string; gapMin: number; reply?: number }[] = [
    { from: 1, text: "Morning! Did the new server survive the night?", gapMin: 0 },
    { from: 0, text: "It did. 41 days of uptime on the old one, 9 hours on this one, zero complaints so far 🎉", gapMin: 4 },
    { from: 1, text: "Ha. Let me know when it reaches ten.", gapMin: 1 },
    { from: 1, text: "Also: could you send me the snippet for the backup job?", gapMin: 1 },
    { from: 0, text: "Sure. It is only this:\n```\n#!/bin/sh\nset -eu\nrestic backup /srv/curlew --tag nightly\nrestic forget --keep-daily 14 --prune\n```\nRun it with `systemctl start backup.timer` the first time.", gapMin: 12 },
    { from: 1, text: "Perfect, thank you", gapMin: 3 },
    { from: 1, text: "🚀", gapMin: 0 },
    { from: 1, text: "Somebody sent me <script>alert(\"hi\")</script> as a \"test\" and I am happy to report that nothing happened. <b>Not even bold.</b>", gapMin: 1300 },
    { from: 0, text: "As it should be 😌", gapMin: 2, reply: 7 },
    { from: 1, text: "The documents are at https://example.org/curlew/operations (see also www.example.com/a_(b)), the second half is the interesting one.", gapMin: 30 },
    { from: 0, text: "Reading it now. One thing I keep coming back to is how calm it feels to know exactly where a message is: written, acknowledged, on disk. No mystery, no “maybe”. I would like the whole thing to feel like that, down to the way the list scrolls.\n\nDinner on Thursday, by the way?", gapMin: 8 },
    { from: 1, text: "Thursday is good. Seven?", gapMin: 1 },
    { from: 1, text: "I will book the small place by the harbour.", gapMin: 0 },
    { from: 0, text: "Seven it is. 🐟", gapMin: 2, reply: 11 },
];

/** Lines of other scripts. */
export const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
    zh: ["早上好！昨天的照片我已经整理好了。", "太好了，麻烦发到群里吧。", "好的，一共三十二张，晚一点上传。", "周六的船票已经订好了，早上八点在码头集合，记得带身份证和防晒霜。", "收到 👍", "天气预报说下午可能有雨，多带一件外套。", "https://example.org/船票?id=42"],
    ar: ["صباح الخير! كيف حالك اليوم؟", "بخير والحمد لله، شكراً. هل وصلتك الوثائق؟", "نعم، وصلت كلها. سأراجعها هذا المساء وأرسل لك ملاحظاتي غداً.", "ممتاز 🌿", "The file is called report-2026.pdf وهو في المجلد المشترك."],
    he: ["היי, מה שלומך?", "הכול טוב! מתי נפגשים?", "ביום חמישי בשבע, ליד הנמל.", "מעולה, נתראה 🙂", "אפשר גם להזמין את Jonas?"],
};
