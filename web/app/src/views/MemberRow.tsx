/** One member of a group, and what one may do about them. */

import * as Dropdown from "@radix-ui/react-dropdown-menu";
import { EllipsisVertical, MessageCircle, ShieldCheck, ShieldOff, UserMinus } from "lucide-react";
import { observer } from "mobx-react-lite";
import type { Member, Role, User } from "@curlew/sdk";
import type { Messages } from "../i18n";
import type { App } from "../stores/app";
import type { Group } from "../stores/group";
import { nameOf } from "../stores/people";
import { Avatar } from "./Avatar";
import { useMessages } from "./messages";

interface MemberRowProps {
    app: App;
    model: Group;
    member: Member;
    onRemove: (user: User) => void;
}

/** Name, role, and a menu for those who may change something. */
export const MemberRow = observer(function MemberRow({ app, model, member, onRemove }: MemberRowProps) {
    const t = useMessages();
    const { user, role } = member;
    const title = roleText(role, t);
    return (
        <li className="member">
            <button type="button" className="person" onClick={() => void app.create.startDirect(user)}>
                <Avatar id={user.id} name={nameOf(user)} size="m" />
                <span className="person__words">
                    <span className="person__name clip" dir="auto">
                        {nameOf(user)}
                        {user.id === app.me && <span className="member__you"> · {t.info.you}</span>}
                    </span>
                    <span className="person__username clip">@{user.username}</span>
                </span>
                {title !== null && <span className={`member__role member__role--${role}`}>{title}</span>}
            </button>
            {(model.mayRemove(member) || model.mayPromote(member)) && <MemberMenu app={app} model={model} member={member} onRemove={onRemove} />}
        </li>
    );
});

const MemberMenu = observer(function MemberMenu({ app, model, member, onRemove }: MemberRowProps) {
    const t = useMessages();
    const { user, role } = member;
    const isAdmin = role === "admin";
    return (
        <Dropdown.Root modal={false}>
            <Dropdown.Trigger className="icon-button icon-button--small" aria-label={t.role.menu(nameOf(user))}>
                <EllipsisVertical size={17} />
            </Dropdown.Trigger>
            <Dropdown.Content className="menu" align="end" collisionPadding={8}>
                <Dropdown.Item className="menu__item" onSelect={() => void app.create.startDirect(user)}>
                    <MessageCircle size={17} /> {t.role.talk}
                </Dropdown.Item>
                {model.mayPromote(member) && (
                    <Dropdown.Item className="menu__item" onSelect={() => void model.setRole(user.id, isAdmin ? "member" : "admin")}>
                        {isAdmin ? <ShieldOff size={17} /> : <ShieldCheck size={17} />} {isAdmin ? t.role.makeMember : t.role.makeAdmin}
                    </Dropdown.Item>
                )}
                {model.mayRemove(member) && (
                    <Dropdown.Item className="menu__item menu__item--danger" onSelect={() => onRemove(user)}>
                        <UserMinus size={17} /> {t.role.remove}
                    </Dropdown.Item>
                )}
            </Dropdown.Content>
        </Dropdown.Root>
    );
});

function roleText(role: Role, t: Messages): string | null {
    switch (role) {
        case "owner":
            return t.info.owner;
        case "admin":
            return t.role.admin;
        case "member":
            return null;
    }
}
