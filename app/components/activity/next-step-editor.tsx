import { Button, Group, Text, TextInput, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useCallback, useState, type KeyboardEvent } from "react";
import { Day } from "../format.tsx";
import { dayFromNow } from "./days.ts";

/** Next step and its date, which are saved together: one without the other is refused. */
export function NextStepEditor({
  deal,
  canEdit,
  onSave,
}: {
  deal: { nextStep: string | null; nextStepDue: string | null };
  canEdit: boolean;
  onSave(step: { nextStep: string; nextStepDue: string }): void;
}) {
  const [draft, setDraft] = useState<{ nextStep: string; nextStepDue: string }>();
  const focusOnce = useCallback((input: HTMLInputElement | null) => input?.focus(), []);
  const cancelOnEscape = (event: KeyboardEvent): void => {
    if (event.key === "Escape") setDraft(undefined);
  };
  const shown = (
    <>
      {deal.nextStep ?? <span className="muted">None yet</span>}
      {deal.nextStep ? (
        <>
          {" · "}
          <Text
            span
            size="sm"
            c={deal.nextStepDue && deal.nextStepDue < dayFromNow(0) ? "red" : undefined}
            suppressHydrationWarning
          >
            <Day day={deal.nextStepDue} />
          </Text>
        </>
      ) : null}
    </>
  );
  return (
    <div className="field">
      <Text size="xs" c="dimmed" component="dt">
        Next step
      </Text>
      <dd>
        {draft ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              onSave({ ...draft, nextStep: draft.nextStep.trim() });
              setDraft(undefined);
            }}
          >
            <Group gap={6} align="flex-end">
              <TextInput
                size="xs"
                aria-label="Next step"
                required
                ref={focusOnce}
                onKeyDown={cancelOnEscape}
                value={draft.nextStep}
                onChange={(event) => setDraft({ ...draft, nextStep: event.currentTarget.value })}
              />
              <TextInput
                size="xs"
                type="date"
                aria-label="Next step by"
                required
                onKeyDown={cancelOnEscape}
                value={draft.nextStepDue}
                onChange={(event) => setDraft({ ...draft, nextStepDue: event.currentTarget.value })}
              />
              <Button size="xs" type="submit">
                Save
              </Button>
            </Group>
          </form>
        ) : canEdit ? (
          <UnstyledButton
            className="field-value"
            onClick={() => setDraft({ nextStep: deal.nextStep ?? "", nextStepDue: deal.nextStepDue ?? dayFromNow(1) })}
          >
            <VisuallyHidden>Change Next step: </VisuallyHidden>
            {shown}
          </UnstyledButton>
        ) : (
          <span className="field-value">{shown}</span>
        )}
      </dd>
    </div>
  );
}
