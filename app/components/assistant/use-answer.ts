import { useCallback, useEffect, useRef, useState } from "react";
import type { AnswerEvent } from "#server/assistant/answers/answer-event.ts";
import type { Claim } from "#ai/evidence.ts";
import type { LinkedChip } from "#server/assistant/block.ts";
import { api } from "../../trpc.ts";

export interface Answer {
  id: string;
  question: string;
  scope: string | null;
  sections: { title: string; claims: Claim[] }[];
  evidence: LinkedChip[];
  dropped: number;
  label: string | null;
  verified: number;
  total: number;
  note: string | null;
  error: string | null;
  isDone: boolean;
}

export interface AnswerSubject {
  type: "account" | "contact" | "opportunity";
  id: string;
}

const empty = (id: string, question: string): Answer => ({
  id,
  question,
  scope: null,
  sections: [],
  evidence: [],
  dropped: 0,
  label: null,
  verified: 0,
  total: 0,
  note: null,
  error: null,
  isDone: false,
});

/** The answer after one more event. */
export function withEvent(answer: Answer, event: AnswerEvent): Answer {
  switch (event.kind) {
    case "meta":
      return { ...answer, scope: event.scope.words };
    case "claim": {
      const last = answer.sections.at(-1);
      const sections =
        last?.title === event.section
          ? [...answer.sections.slice(0, -1), { ...last, claims: [...last.claims, event.claim] }]
          : [...answer.sections, { title: event.section, claims: [event.claim] }];
      return { ...answer, sections, evidence: [...answer.evidence, ...event.evidence] };
    }
    case "dropped":
      return { ...answer, dropped: answer.dropped + 1 };
    case "done":
      return {
        ...answer,
        label: event.label,
        verified: event.verified,
        total: event.total,
        note: event.note,
        isDone: true,
      };
    case "error":
      return { ...answer, error: event.message, isDone: true };
    case "evidence":
    case "usage":
      return answer;
  }
}

/** Questions asked on this screen and their answers as they stream in. */
export function useAnswers(subject: AnswerSubject | undefined) {
  const [answers, setAnswers] = useState<Answer[]>([]);
  const open = useRef(new Set<() => void>());
  useEffect(() => {
    const subscriptions = open.current;
    return () => subscriptions.forEach((stop) => stop());
  }, []);
  const subjectType = subject?.type;
  const subjectId = subject?.id;
  const ask = useCallback(
    (question: string): void => {
      const answerId = crypto.randomUUID();
      setAnswers((old) => [empty(answerId, question), ...old]);
      const change = (update: (answer: Answer) => Answer): void =>
        setAnswers((old) => old.map((answer) => (answer.id === answerId ? update(answer) : answer)));
      const input = {
        answerId,
        question,
        ...(subjectType && subjectId ? { subject: { type: subjectType, id: subjectId } } : {}),
      };
      const subscription = api.assistant.ask.subscribe(input, {
        onData: ({ data }) => change((answer) => withEvent(answer, data)),
        onError: (error) => change((answer) => ({ ...answer, error: error.message, isDone: true })),
        onComplete: () => open.current.delete(stop),
      });
      const stop = (): void => subscription.unsubscribe();
      open.current.add(stop);
    },
    [subjectType, subjectId],
  );
  return { answers, ask };
}
