// Everything one can do with messages, between browsers at a real server: each action is done as a person does it,
// and seen by the other.
//
//     node e2e/actions.mjs PROGRAM FOLDER [ACTION…]   (PROGRAM: the curlew binary; pictures go to FOLDER)
//
// All actions unless some are named, as `reply` or `mention`.

import { chatActions } from "./actions/chat.mjs";
import { deviceActions } from "./actions/devices.mjs";
import { groupActions } from "./actions/group.mjs";
import { Curlew } from "./curlew.mjs";
import { openDirect, People, register, send, shows } from "./people.mjs";

const [program, folder, ...wanted] = process.argv.slice(2);
const curlew = new Curlew(program);
await curlew.start();
const people = await People.gather(folder);

await people.tell(async () => {
    const ada = await people.person("ada", curlew.address, `#setup=${curlew.setup}`);
    await register(ada, "Ada Byrne");
    const bo = await people.person("bo.lind", curlew.address);
    await register(bo, "Bo Lind");
    const li = await people.person("yutong.li", curlew.address);
    await register(li, "李雨桐");
    await openDirect(ada, "yutong.li");
    await send(ada, "你好");
    await openDirect(ada, "bo.lind");
    await send(ada, "Shall we try everything?");
    await bo.page.locator(".chat-row").first().click();
    await shows(bo, "Shall we try everything?");

    const all = async (actions, story) => {
        for (const action of actions) if (wanted.length === 0 || wanted.includes(action.name)) await action(story);
    };
    const story = { all, people, curlew, ada, bo, li };
    await chatActions(story);
    await groupActions(story);
    await deviceActions(story);
});
await curlew.end();
