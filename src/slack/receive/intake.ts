// Tells what Slack sent by its body, and delivers it. Each kind of work looks for API keys in what the person typed before
// any command, modal or button sees it.
import type { ReceiverEvent } from '@slack/bolt';
import type { Arrival, Deliveries, RequestKinds, RunInBackground } from './delivery.ts';
import type { SlackDependencies } from './dispatcher.ts';
import { answerPress } from './receive-buttons.ts';
import { answerCommand } from './receive-commands.ts';
import { answerEvent, receiveEvent } from './receive-events.ts';
import { answerOptions } from './receive-options.ts';
import { answerShortcut } from './receive-shortcuts.ts';
import { answerSubmission, receiveSubmission } from './receive-views.ts';

/** Who does the work of each kind. A stored request names its kind, so these names stay. */
export const requestKinds = (dependencies: SlackDependencies): RequestKinds => ({
  command: (body, delivery) => answerCommand(dependencies, body, delivery),
  button: (body, delivery) => answerPress(dependencies, body, delivery),
  submission: (body, delivery) => answerSubmission(dependencies, body, delivery),
  shortcut: (body, delivery) => answerShortcut(dependencies, body, delivery),
  event: (body, delivery) => answerEvent(dependencies, body, delivery),
});

/** By the `type` of the body. A command has none. */
const KINDS: Record<string, string> = {
  block_actions: 'button',
  view_submission: 'submission',
  shortcut: 'shortcut',
  message_action: 'shortcut',
  event_callback: 'event',
};

/** Takes what Slack sends, over HTTP or Socket Mode. What nobody handles is not acknowledged, so Slack tells the person. */
export function createIntake(
  dependencies: SlackDependencies,
  deliveries: Deliveries,
  runInBackground: RunInBackground,
) {
  return async ({ body, ack, customProperties }: ReceiverEvent): Promise<void> => {
    const { type, trigger_id, view } = body;
    if (type === 'block_suggestion')
      return runInBackground(async () => ack(await answerOptions(dependencies, body as never)));
    const kind = 'command' in body ? 'command' : KINDS[String(type)];
    if (!kind) return;
    const arrival: Arrival & { body: never } = {
      kind,
      body: body as never,
      // Over Socket Mode a request has no signature.
      receiptId:
        customProperties?.receiptId ?? (kind === 'submission' ? `${view.id} ${view.hash}` : trigger_id),
      acknowledge: ack as Arrival['acknowledge'],
    };
    if (kind === 'event') return receiveEvent(dependencies, deliveries, arrival);
    if (kind === 'submission') return receiveSubmission(dependencies, deliveries, arrival);
    deliveries.deliver(arrival);
  };
}
