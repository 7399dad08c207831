/** Catches faults of views, so that one of them does not leave an empty page. */

import { TriangleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";
import { Button, Empty } from "./controls";
import { useMessages } from "./messages";

/** Shows its children until one of them fails. */
export class Crash extends Component<{ children: ReactNode }, { failed: boolean }> {
    override state = { failed: false };

    static getDerivedStateFromError(): { failed: boolean } {
        return { failed: true };
    }

    override render(): ReactNode {
        return this.state.failed ? <Crashed /> : this.props.children;
    }
}

function Crashed() {
    const t = useMessages();
    return (
        <main className="whole">
            <h1 className="offscreen">{t.app.name}</h1>
            <Empty icon={<TriangleAlert size={28} />} title={t.app.crashed} text={t.app.crashedWhy}>
                <Button onClick={() => location.reload()}>{t.app.reload}</Button>
            </Empty>
        </main>
    );
}
