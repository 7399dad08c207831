/** The first screen: log in, or make an account. */

import { observer } from "mobx-react-lite";
import type { FormEvent } from "react";
import type { SignedOut } from "../stores/app";
import type { Signin } from "../stores/signin";
import { Alert, Button, Field, PasswordField, Spinner } from "./controls";
import { Logo } from "./Logo";
import { useMessages } from "./messages";

interface SigninScreenProps {
    model: Signin;
    host: string;
    why: SignedOut;
}

/** A form in the middle of the page. */
export const SigninScreen = observer(function SigninScreen({ model, host, why }: SigninScreenProps) {
    const t = useMessages();
    const registering = model.mode === "register";
    const setup = model.ticket?.kind === "setup" && registering;
    const title = setup ? t.signin.setupTitle : registering ? t.signin.registerTitle : t.signin.loginTitle;
    return (
        <main className="signin">
            <div className="signin__card">
                <header className="signin__head">
                    <Logo />
                    <h1 className="signin__title">{title}</h1>
                    <p className="signin__host">{t.signin.on(host)}</p>
                </header>
                <Why model={model} why={why} />
                <SigninForm key={model.mode} model={model} />
                <Other model={model} />
            </div>
        </main>
    );
});

const Why = observer(function Why({ model, why }: { model: Signin; why: SignedOut }) {
    const t = useMessages();
    if (model.mode === "register") {
        if (model.ticket) return <Alert>{model.ticket.kind === "setup" ? t.signin.setupNote : t.signin.inviteNote}</Alert>;
        return null;
    }
    if (why === "ended") return <Alert>{t.signin.endedElsewhere}</Alert>;
    if (why === "expired") return <Alert>{t.signin.expired}</Alert>;
    return why === "logout" ? <Alert>{t.signin.loggedOut}</Alert> : null;
});

const SigninForm = observer(function SigninForm({ model }: { model: Signin }) {
    const t = useMessages();
    const registering = model.mode === "register";
    const trouble = model.ticketTrouble(t) ?? model.trouble(t);
    const submit = (event: FormEvent) => {
        event.preventDefault();
        void model.submit(t);
    };
    return (
        <form className="signin__form" onSubmit={submit} noValidate aria-label={registering ? t.signin.register : t.signin.login}>
            <Field
                label={t.signin.username}
                value={model.username}
                onType={(value) => model.type("username", value)}
                error={model.complaint("username", t)}
                hint={registering ? t.signin.usernameHint : undefined}
                name="username"
                autoComplete="username"
                autoCapitalize="none"
                autoCorrect="off"
                spellCheck={false}
                autoFocus
                required
            />
            {registering && <NameField model={model} />}
            <PasswordField
                label={t.signin.password}
                value={model.password}
                onType={(value) => model.type("password", value)}
                error={model.complaint("password", t)}
                hint={registering ? t.signin.passwordHint : undefined}
                strength={registering ? model.strength : undefined}
                name="password"
                autoComplete={registering ? "new-password" : "current-password"}
                required
            />
            {registering && model.asksInvite && <InviteField model={model} />}
            {trouble && <Alert bad>{trouble}</Alert>}
            <Button type="submit" wide busy={model.task.running}>
                {registering ? t.signin.register : t.signin.login}
            </Button>
        </form>
    );
});

const NameField = observer(function NameField({ model }: { model: Signin }) {
    const t = useMessages();
    return (
        <Field
            label={t.signin.displayName}
            value={model.displayName}
            onType={(value) => model.type("displayName", value)}
            error={model.complaint("displayName", t)}
            hint={t.signin.displayNameHint}
            autoComplete="name"
            dir="auto"
            optional
        />
    );
});

const InviteField = observer(function InviteField({ model }: { model: Signin }) {
    const t = useMessages();
    return (
        <Field
            label={t.signin.invite}
            value={model.invite}
            onType={(value) => model.type("invite", value)}
            error={model.complaint("invite", t)}
            hint={t.signin.inviteHint}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
        />
    );
});

/** The way to the other form, and what the server says of itself. */
const Other = observer(function Other({ model }: { model: Signin }) {
    const t = useMessages();
    if (model.greeting.running) {
        return (
            <p className="signin__other">
                <Spinner size={15} /> {t.signin.reaching}
            </p>
        );
    }
    if (model.greeting.failure) {
        return (
            <p className="signin__other">
                {t.signin.unreachable}{" "}
                <button type="button" className="link-button" onClick={() => void model.greet()}>
                    {t.common.retry}
                </button>
            </p>
        );
    }
    if (!model.canRegister) return <p className="signin__other">{t.signin.closed}</p>;
    const registering = model.mode === "register";
    return (
        <p className="signin__other">
            {registering ? t.signin.haveAccount : t.signin.noAccount}{" "}
            <button type="button" className="link-button" onClick={() => model.setMode(registering ? "login" : "register")}>
                {registering ? t.signin.login : t.signin.register}
            </button>
        </p>
    );
});
