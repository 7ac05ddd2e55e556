const TIMEOUT_MS = 10_000;

/** Posts a message to a `response_url`. Throws when Slack does not take it. */
export async function respond(responseUrl: string, message: object): Promise<void> {
  const response = await fetch(responseUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`slack did not take a reply: ${response.status}`);
}
