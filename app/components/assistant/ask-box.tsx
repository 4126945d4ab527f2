import { ActionIcon, Alert, Group, Loader, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import { useState } from "react";
import { ClaimLine, EngineLabel } from "./evidence.tsx";
import { useAnswers, type Answer, type AnswerSubject } from "./use-answer.ts";

/** Ask in plain words; each statement of the answer appears once it is checked, with its sources. */
export function AskBox({ subject, initialQuestion = "" }: { subject?: AnswerSubject; initialQuestion?: string }) {
  const { answers, ask } = useAnswers(subject);
  const [question, setQuestion] = useState(initialQuestion);
  return (
    <Stack gap="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = question.trim();
          if (text.length < 2) return;
          ask(text);
          setQuestion("");
        }}
      >
        <TextInput
          placeholder={subject ? "Ask about this record" : "Ask about your deals, accounts and people"}
          aria-label="Question"
          value={question}
          maxLength={1000}
          onChange={(event) => setQuestion(event.currentTarget.value)}
          rightSection={
            <ActionIcon type="submit" variant="filled" size={26} aria-label="Ask" disabled={question.trim().length < 2}>
              <IconArrowUp size={16} />
            </ActionIcon>
          }
        />
      </form>
      {answers.map((answer) => (
        <AnswerCard key={answer.id} answer={answer} />
      ))}
    </Stack>
  );
}

function AnswerCard({ answer }: { answer: Answer }) {
  const isEmpty = answer.sections.length === 0;
  return (
    <article
      className="panel"
      aria-label={`Answer to: ${answer.question}`}
      aria-busy={!answer.isDone}
      data-done={answer.isDone || undefined}
    >
      <Stack gap="xs">
        <Text fw={600}>{answer.question}</Text>
        {answer.sections.map((section) => (
          <section key={section.title}>
            <Title order={3}>{section.title}</Title>
            <ul className="claims">
              {section.claims.map((claim, index) => (
                <ClaimLine key={index} claim={claim} chips={answer.evidence} />
              ))}
            </ul>
          </section>
        ))}
        {answer.error ? (
          <Alert color="red" role="alert" py="xs">
            {answer.error}
          </Alert>
        ) : null}
        {!answer.isDone ? <Loader size="xs" type="dots" aria-label="Looking for evidence" /> : null}
        {answer.isDone && isEmpty && !answer.error ? (
          <Text size="sm">No evidence found{answer.scope ? ` in ${answer.scope}` : ""}.</Text>
        ) : null}
        <Group gap="xs">
          {answer.label ? <EngineLabel label={answer.label} verified={answer.verified} total={answer.total} /> : null}
          {answer.dropped > 0 ? (
            <Text size="xs" c="dimmed">
              {answer.dropped} unproven left out
            </Text>
          ) : null}
        </Group>
        {answer.note && !(isEmpty && answer.isDone) ? (
          <Text size="xs" c="dimmed">
            {answer.note}
          </Text>
        ) : null}
      </Stack>
    </article>
  );
}
