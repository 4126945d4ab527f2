import { Button, Group, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { formatDay } from "../format.tsx";
import { dayFromNow } from "./days.ts";

interface Current {
  nextStep: string | null;
  nextStepDue: string | null;
}

export interface StepState {
  /** The deal's next step that is still to come, while nobody replaces it. */
  kept: { nextStep: string; nextStepDue: string } | undefined;
  nextStep: string;
  nextStepDue: string;
  value: { isNextStepConfirmed: true } | { nextStep: string; nextStepDue: string | null };
  replace(): void;
  propose(nextStep: string, nextStepDue: string): void;
  edit(change: { nextStep?: string; nextStepDue?: string }): void;
  reset(): void;
}

/** The next step of an activity: the deal's own if it is still to come, else what the outcome proposes, else what is typed. */
export function useStep(current: Current | undefined): StepState {
  const [typed, setTyped] = useState({ nextStep: "", nextStepDue: "", isEdited: false, isReplaced: false });
  const { nextStep, nextStepDue } = current ?? {};
  const isFuture = nextStep && nextStepDue && nextStepDue >= dayFromNow(0);
  const kept = isFuture && !typed.isReplaced ? { nextStep, nextStepDue } : undefined;
  return {
    kept,
    nextStep: typed.nextStep,
    nextStepDue: typed.nextStepDue,
    value: kept ? { isNextStepConfirmed: true } : { nextStep: typed.nextStep, nextStepDue: typed.nextStepDue || null },
    replace: () => setTyped((old) => ({ ...old, isReplaced: true })),
    propose: (step, due) => setTyped((old) => (old.isEdited ? old : { ...old, nextStep: step, nextStepDue: due })),
    edit: (change) => setTyped((old) => ({ ...old, ...change, isEdited: true })),
    reset: () => setTyped({ nextStep: "", nextStepDue: "", isEdited: false, isReplaced: false }),
  };
}

export function NextStepFields({ step, errors }: { step: StepState; errors: Record<string, string> }) {
  if (step.kept) {
    return (
      <Group gap="xs" justify="space-between" wrap="nowrap">
        <Text size="sm">
          Next step stays: <b>{step.kept.nextStep}</b>, {formatDay(step.kept.nextStepDue)}
        </Text>
        <Button variant="default" size="xs" onClick={step.replace}>
          Replace
        </Button>
      </Group>
    );
  }
  return (
    <Group grow align="flex-start" preventGrowOverflow={false}>
      <TextInput
        label="Next step"
        value={step.nextStep}
        error={errors.nextStep}
        onChange={(event) => step.edit({ nextStep: event.currentTarget.value })}
      />
      <TextInput
        label="Due"
        type="date"
        value={step.nextStepDue}
        error={errors.nextStepDue}
        onChange={(event) => step.edit({ nextStepDue: event.currentTarget.value })}
      />
    </Group>
  );
}
