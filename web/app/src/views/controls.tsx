/** Buttons, fields and other small parts every screen is made of. */

import * as Tooltip from "@radix-ui/react-tooltip";
import { CircleAlert, Eye, EyeOff, Info, LoaderCircle } from "lucide-react";
import { useId, useState, type ComponentProps, type ReactNode, type Ref } from "react";
import { useMessages } from "./messages";

interface ButtonProps extends ComponentProps<"button"> {
    look?: "primary" | "quiet" | "plain" | "danger";
    wide?: boolean;
    busy?: boolean;
}

/** A button with a word on it. */
export function Button({ look = "primary", wide = false, busy = false, children, ...rest }: ButtonProps) {
    return (
        <button type="button" {...rest} className={`button button--${look}${wide ? " button--wide" : ""}`} aria-busy={busy} disabled={rest.disabled === true || busy}>
            {busy && <Spinner />}
            {children}
        </button>
    );
}

interface IconButtonProps extends ComponentProps<"button"> {
    label: string;
    small?: boolean;
    side?: "top" | "bottom" | "left" | "right";
    ref?: Ref<HTMLButtonElement>;
}

/** A button with a sign on it; its name is read out and shown beside it. */
export function IconButton({ label, small = false, side = "bottom", children, className = "", ...rest }: IconButtonProps) {
    return (
        <Tooltip.Root>
            <Tooltip.Trigger asChild>
                <button type="button" aria-label={label} data-tooltip="" {...rest} className={`icon-button${small ? " icon-button--small" : ""} ${className}`}>
                    {children}
                </button>
            </Tooltip.Trigger>
            <Tooltip.Portal>
                <Tooltip.Content className="tooltip" side={side} sideOffset={6} collisionPadding={8} aria-hidden="true">
                    {label}
                </Tooltip.Content>
            </Tooltip.Portal>
        </Tooltip.Root>
    );
}

/** Something is going on. */
export function Spinner({ size = 18 }: { size?: number }) {
    return <LoaderCircle className="spinner" size={size} aria-hidden="true" />;
}

interface FieldProps extends Omit<ComponentProps<"input">, "onChange"> {
    label: string;
    value: string;
    onType: (value: string) => void;
    hint?: string | undefined;
    error?: string | null | undefined;
    optional?: boolean;
    trailing?: ReactNode;
    children?: ReactNode;
}

/** A line to type in, with its name, a hint, and what is wrong with it. */
export function Field({ label, onType, hint, error, optional = false, trailing, children, ...rest }: FieldProps) {
    const t = useMessages();
    const id = useId();
    const note = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
    return (
        <div className={`field${error ? " field--bad" : ""}`}>
            <label className="field__label" htmlFor={id}>
                {label}
                {optional && <span className="field__optional">{t.signin.optional}</span>}
            </label>
            <div className="field__box">
                <input {...rest} id={id} className="field__input" onChange={(event) => onType(event.target.value)} aria-invalid={error ? true : undefined} aria-describedby={note} />
                {trailing}
            </div>
            {children}
            {error ? (
                <p className="field__error" id={`${id}-error`} role="alert">
                    <CircleAlert size={14} aria-hidden="true" />
                    {error}
                </p>
            ) : (
                hint && (
                    <p className="field__hint" id={`${id}-hint`}>
                        {hint}
                    </p>
                )
            )}
        </div>
    );
}

/** A field for a password that can be shown. */
export function PasswordField({ strength, ...rest }: FieldProps & { strength?: number | undefined }) {
    const t = useMessages();
    const [shown, setShown] = useState(false);
    const toggle = (
        <IconButton label={shown ? t.signin.hide : t.signin.show} small onClick={() => setShown(!shown)} aria-pressed={shown}>
            {shown ? <EyeOff size={18} /> : <Eye size={18} />}
        </IconButton>
    );
    return (
        <Field {...rest} type={shown ? "text" : "password"} autoCapitalize="none" autoCorrect="off" spellCheck={false} trailing={toggle}>
            {strength !== undefined && rest.value !== "" && <Strength value={strength} />}
        </Field>
    );
}

function Strength({ value }: { value: number }) {
    const t = useMessages();
    return (
        <div className="strength" aria-live="polite">
            {[1, 2, 3, 4].map((step) => (
                <span key={step} className={`strength__bar${step <= value ? " strength__bar--on" : ""}`} />
            ))}
            <span className="strength__word">{t.signin.strength[value]}</span>
        </div>
    );
}

/** A paragraph that stands out: news, or what went wrong. */
export function Alert({ bad = false, children }: { bad?: boolean; children: ReactNode }) {
    return (
        <div className={`alert${bad ? " alert--bad" : ""}`} role={bad ? "alert" : "status"}>
            {bad ? <CircleAlert size={18} aria-hidden="true" /> : <Info size={18} aria-hidden="true" />}
            <div>{children}</div>
        </div>
    );
}

interface SegmentsProps<Value extends string> {
    label: string;
    value: Value;
    options: Readonly<Record<Value, string>>;
    onChoose: (value: Value) => void;
}

/** A choice between a few things, all of them in view. */
export function Segments<Value extends string>({ label, value, options, onChoose }: SegmentsProps<Value>) {
    const name = useId();
    return (
        <fieldset className="segments" aria-label={label}>
            {(Object.entries(options) as [Value, string][]).map(([option, word]) => (
                <label key={option} className="segments__option">
                    <input type="radio" name={name} checked={option === value} onChange={() => onChoose(option)} />
                    <span>{word}</span>
                </label>
            ))}
        </fieldset>
    );
}

interface SwitchProps {
    label: string;
    hint: string;
    on: boolean;
    busy: boolean;
    onSwitch: (on: boolean) => void;
}

/** Something that is so or not. */
export function Switch({ label, hint, on, busy, onSwitch }: SwitchProps) {
    const id = useId();
    return (
        <div className="switch">
            <span className="person__words">
                <span id={id}>{label}</span>
                <span id={`${id}-hint`} className="switch__hint">
                    {hint}
                </span>
            </span>
            <button type="button" role="switch" className="switch__box" aria-checked={on} aria-labelledby={id} aria-describedby={`${id}-hint`} aria-busy={busy} disabled={busy} onClick={() => onSwitch(!on)}>
                <span className="switch__knob" />
            </button>
        </div>
    );
}

interface EmptyProps {
    icon: ReactNode;
    title: string;
    text?: string | undefined;
    children?: ReactNode;
}

/** A place where nothing is yet. */
export function Empty({ icon, title, text, children }: EmptyProps) {
    return (
        <div className="empty">
            <span className="empty__icon" aria-hidden="true">
                {icon}
            </span>
            <p className="empty__title">{title}</p>
            {text !== undefined && <p className="empty__text">{text}</p>}
            {children}
        </div>
    );
}
