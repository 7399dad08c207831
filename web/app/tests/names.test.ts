import { expect, it } from "vitest";
import { hue, HUES, initials } from "../src/text/names";

it("initials stand for names of any script", () => {
    expect(initials("Maria Silva")).toBe("MS");
    expect(initials("maria.silva")).toBe("MS");
    expect(initials("\u674e\u96e8\u6850")).toBe("\u96e8\u6850");
    expect(initials("👩‍🚀 Crew")).toBe("C");
    expect(initials("🏖️ 👩‍🚀")).toBe("🏖️👩‍🚀");
    expect(initials("  ")).toBe("?");
});

it("colours stay with the id and use the whole palette", () => {
    expect(hue("u1")).toBe(hue("u1"));
    const used = new Set(Array.from({ length: 200 }, (_, index) => hue(`user-${index}`)));
    expect(used.size).toBe(HUES);
});
