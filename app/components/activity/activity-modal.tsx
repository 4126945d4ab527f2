import { Modal } from "@mantine/core";
import type { QuickCreateDefaults } from "../quick-create.tsx";
import { LogForm } from "./log-form.tsx";
import { TaskForm } from "./task-form.tsx";

/** The forms for what was done and what is to be done, over any screen. */
export default function ActivityModal({
  type,
  defaults,
  onClose,
}: {
  type: "activity" | "task";
  defaults: QuickCreateDefaults;
  onClose(): void;
}) {
  const title = type === "activity" ? "Log an activity" : defaults.kind === "meeting" ? "Schedule" : "New task";
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      {type === "activity" ? (
        <LogForm defaults={defaults} onDone={onClose} />
      ) : (
        <TaskForm defaults={defaults} onDone={onClose} />
      )}
    </Modal>
  );
}
