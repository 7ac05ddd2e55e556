/** Slack's code for an error of its Web API, such as `channel_not_found`. Empty for any other error. */
export const slackErrorOf = (error: unknown): string =>
  String((error as { data?: { error?: unknown } } | null)?.data?.error ?? '');

/** Slack no longer opens a modal for this request, because its trigger is older than three seconds. */
export const isTriggerGone = (error: unknown): boolean =>
  ['expired_trigger_id', 'trigger_expired', 'trigger_exchanged', 'exchanged_trigger_id'].includes(
    slackErrorOf(error),
  );
