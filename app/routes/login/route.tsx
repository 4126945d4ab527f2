import { Alert, Button, Center, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { json, redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Form, useActionData, useNavigation, useSearchParams } from "@remix-run/react";
import type { PageContext } from "#server/http/page-context.ts";

export const meta: MetaFunction = () => [{ title: "Sign in · Ringside" }];

export function loader({ request, context }: LoaderFunctionArgs) {
  const page = context as unknown as PageContext;
  const next = new URL(request.url).searchParams.get("next");
  return page.user ? redirect(page.safeRedirect(next, "/dashboard/crm")) : null;
}

export async function action({ request, context }: ActionFunctionArgs) {
  const page = context as unknown as PageContext;
  const form = await request.formData();
  const result = await page.signIn(form);
  if ("error" in result)
    return json(
      { error: result.error, email: String(form.get("email") ?? "").slice(0, 254) },
      { status: result.status ?? 400 },
    );
  const next = new URL(request.url).searchParams.get("next");
  return redirect(page.safeRedirect(next, "/dashboard/crm"), { headers: { "set-cookie": result.cookie } });
}

export default function LoginPage() {
  const result = useActionData<typeof action>();
  const [search] = useSearchParams();
  const isBusy = useNavigation().state !== "idle";
  const next = search.get("next");
  return (
    <Center mih="100vh" p="md" component="main">
      <Form
        method="post"
        action={next ? `/login?next=${encodeURIComponent(next)}` : "/login"}
        style={{ width: "100%", maxWidth: 360 }}
        reloadDocument
      >
        <Stack gap="md">
          <div>
            <Title order={1}>Ringside</Title>
            <Text c="dimmed">The CRM where the deal review happens.</Text>
          </div>
          {result?.error ? (
            <Alert color="red" role="alert" variant="light">
              {result.error}
            </Alert>
          ) : null}
          <TextInput
            name="email"
            type="email"
            label="E-mail address"
            autoComplete="username"
            required
            defaultValue={result?.email ?? ""}
            data-autofocus
          />
          <PasswordInput name="password" label="Password" autoComplete="current-password" required />
          <Button type="submit" loading={isBusy} fullWidth size="md">
            Sign in
          </Button>
        </Stack>
      </Form>
    </Center>
  );
}
