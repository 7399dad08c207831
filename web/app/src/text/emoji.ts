/** The emoji that are offered for reactions: a bounded set, in groups that have a name in every language. */

/** Groups of the picker, in its order. */
export type EmojiGroup = "faces" | "hands" | "hearts" | "nature" | "food" | "activity" | "objects" | "signs";

function each(text: string): readonly string[] {
    return text.split(" ");
}

/** The emoji of every group. */
export const EMOJI: Readonly<Record<EmojiGroup, readonly string[]>> = {
    faces: each("😀 😄 😁 😂 🤣 😊 🙂 😉 😍 🥰 😘 😋 😎 🤓 🤩 🥳 😏 😌 😴 🤔 🤨 😐 🙄 😬 😅 😓 😢 😭 😮 😱 😳 🥺 😤 😡 🤯 😇 🤗 🤭 🫡 🤝 🤷 🤦 💀 👻 🤖 💩"),
    hands: each("👍 👎 👏 🙌 🙏 👌 ✌️ 🤞 🤟 🤙 💪 👋 ✋ 👆 👇 👉 👈 ✍️ 👀 🫶"),
    hearts: each("❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💖 💕 💯"),
    nature: each("🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐸 🐵 🐔 🐧 🐦 🦉 🐝 🦋 🐢 🐟 🐬 🌱 🌿 🌸 🌻 🌲 🍀 🌈 ☀️ 🌙 ⭐ ❄️ 🔥 🌊"),
    food: each("☕ 🍵 🍺 🍷 🥂 🍎 🍊 🍓 🍉 🥑 🥕 🌽 🍞 🧀 🍕 🍔 🍜 🍣 🍚 🥟 🍦 🎂 🍪 🍫"),
    activity: each("🎉 🎊 🎁 🎈 🏆 🥇 ⚽ 🏀 🎾 🏊 🚴 🎮 🎲 🎯 🎵 🎸 🎨 🎬 📷 ✈️ 🚗 🚲 🚀 🏠 🏖️ ⛰️"),
    objects: each("💡 📌 📎 📅 📚 📝 📦 🔑 🔒 🔔 🔧 💻 📱 ⏰ ⏳ 💰 🛒 ✉️ 🧪 🧹"),
    signs: each("✅ ❌ ❓ ❗ ⚠️ 🚫 ➕ ➖ ✔️ 🆗 🆕 🔴 🟠 🟡 🟢 🔵 ⬆️ ⬇️ 🔁 💤"),
};

/** What most people want, within one press. */
export const QUICK: readonly string[] = ["👍", "❤️", "😂", "🎉", "😮", "😢"];
