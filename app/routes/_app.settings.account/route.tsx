import { Button, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { MetaFunction } from "@remix-run/node";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { fromMemory } from "../../client-navigation.ts";
import { When } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { showDone, showError } from "../../components/notify.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { api, trpc } from "../../trpc.ts";
import { withCaller } from "../../with-caller.ts";

export const meta: MetaFunction = () => [{ title: "Your account · Ringside" }];
export const loader = withCaller(() => Promise.resolve(null));
export const clientLoader = fromMemory;

export default function AccountSettingsPage() {
  const me = useMe();
  const client = useQueryClient();
  const sessions = useQuery(trpc.auth.sessions.queryOptions());
  const endOthers = useMutation({
    mutationFn: () => api.auth.signOutEverywhereElse.mutate(),
    onSuccess: (count) =>
      showDone(count === 0 ? "You were signed in here only" : `Signed out in ${count} other places`),
    onError: showError,
    onSettled: () => client.invalidateQueries({ queryKey: trpc.auth.pathKey() }),
  });
  return (
    <>
      <PageHeader title="Your account" detail={`${me.name} · ${me.email} · ${me.role}`} />
      <PasswordForm />
      <section className="panel" aria-labelledby="sessions">
        <Title order={2} id="sessions" mb="xs">
          Where you are signed in
        </Title>
        <Stack gap="xs">
          {sessions.data?.map((session) => (
            <Text key={session.id} size="sm">
              {session.userAgent ?? "Unknown browser"} · {session.ip ?? ""} · since <When at={session.createdAt} />
              {session.isCurrent ? " · this one" : ""}
            </Text>
          ))}
        </Stack>
        <Button mt="sm" variant="default" onClick={() => endOthers.mutate()} loading={endOthers.isPending}>
          Sign out everywhere else
        </Button>
      </section>
    </>
  );
}

function PasswordForm() {
  const form = useForm({ initialValues: { current: "", next: "" } });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => api.auth.changePassword.mutate(values),
    onSuccess: () => {
      showDone("Password changed; you were signed out everywhere else");
      form.reset();
    },
    onError: showError,
  });
  return (
    <section className="panel" aria-labelledby="password">
      <Title order={2} id="password" mb="xs">
        Password
      </Title>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="sm" maw={360}>
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            {...form.getInputProps("current")}
          />
          <PasswordInput
            label="New password"
            description="12 to 128 characters"
            autoComplete="new-password"
            required
            {...form.getInputProps("next")}
          />
          <Button type="submit" variant="default" loading={save.isPending}>
            Change the password
          </Button>
        </Stack>
      </form>
    </section>
  );
}
