import { Alert, Button, Center, Group, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { json, redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { useEffect, useState } from "react";
import type { PageContext } from "#server/http/page-context.ts";

export const meta: MetaFunction = () => [{ title: "Set up · Ringside" }];

export async function loader({ request, context }: LoaderFunctionArgs) {
  const page = context as unknown as PageContext;
  const token = new URL(request.url).searchParams.get("token") ?? "";
  const isOpen = await page.setup.isOpen(token);
  return json({ token: isOpen ? token : null }, { status: isOpen ? 200 : 404 });
}

export async function action({ request, context }: ActionFunctionArgs) {
  const page = context as unknown as PageContext;
  const form = await request.formData();
  const result = await page.setup.complete(form);
  if ("error" in result) {
    const values = Object.fromEntries([...form].filter(([name]) => name !== "password" && name !== "token"));
    return json({ error: result.error, fields: result.fields ?? {}, values }, { status: result.status ?? 400 });
  }
  return redirect("/settings/people", { headers: { "set-cookie": result.cookie } });
}

/** Opened once, by the link that the first start prints: makes the workspace and its administrator. */
export default function SetupPage() {
  const { token } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  const isBusy = useNavigation().state !== "idle";
  const [timeZone, setTimeZone] = useState("UTC");
  useEffect(() => setTimeZone(Intl.DateTimeFormat().resolvedOptions().timeZone), []);
  const errorOf = (field: string): string | undefined =>
    (result?.fields as Record<string, string> | undefined)?.[field];
  const given = (field: string): string => (result?.values as Record<string, string> | undefined)?.[field] ?? "";
  if (!token)
    return (
      <Center mih="100vh" p="md" component="main">
        <Stack gap="xs" maw={420}>
          <Title order={1}>This link is not good any more</Title>
          <Text>
            It works once, for 24 hours, and only while nobody can sign in. Start Ringside again to get a new one.
          </Text>
        </Stack>
      </Center>
    );
  return (
    <Center mih="100vh" p="md" component="main">
      <Form method="post" style={{ width: "100%", maxWidth: 420 }} reloadDocument>
        <input type="hidden" name="token" value={token} />
        <Stack gap="md">
          <div>
            <Title order={1}>Set up Ringside</Title>
            <Text c="dimmed">A workspace for your company, and you as its administrator.</Text>
          </div>
          {result?.error ? (
            <Alert color="red" role="alert" variant="light">
              {result.error}
            </Alert>
          ) : null}
          <TextInput
            name="workspaceName"
            label="Name of the workspace"
            required
            defaultValue={given("workspaceName")}
            error={errorOf("workspaceName")}
          />
          <Group grow align="flex-start">
            <TextInput
              name="timeZone"
              label="Time zone"
              required
              value={timeZone}
              onChange={(event) => setTimeZone(event.currentTarget.value)}
              error={errorOf("timeZone")}
            />
            <TextInput
              name="currency"
              label="Currency"
              defaultValue={given("currency") || "USD"}
              required
              error={errorOf("currency")}
            />
          </Group>
          <TextInput
            name="name"
            label="Your name"
            autoComplete="name"
            required
            defaultValue={given("name")}
            error={errorOf("name")}
          />
          <TextInput
            name="email"
            type="email"
            label="E-mail address"
            autoComplete="username"
            required
            defaultValue={given("email")}
            error={errorOf("email")}
          />
          <PasswordInput
            name="password"
            label="Password"
            description="12 to 128 characters; a few words that do not belong together are best"
            autoComplete="new-password"
            required
            error={errorOf("password")}
          />
          <Button type="submit" loading={isBusy} fullWidth size="md">
            Make the workspace
          </Button>
        </Stack>
      </Form>
    </Center>
  );
}
