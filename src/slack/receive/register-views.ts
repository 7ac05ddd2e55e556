import type { App } from '@slack/bolt';
import type { Metadata } from '../frame/feature.ts';
import { SUBMISSIONS } from '../handlers.ts';
import { formValuesIn } from '../modals/form.ts';
import { resultModal, updateModal } from '../modals/open.ts';
import { refill } from '../modals/refill.ts';
import type { RunOnce } from './delivery.ts';
import { dispatchRequest, type RequestSource, type SlackDependencies } from './dispatcher.ts';
import { teamOf } from './people.ts';
import { keyErrors } from './typed-keys.ts';

export function registerViews(app: App, dependencies: SlackDependencies, runOnce: RunOnce): void {
  const { client, policy } = dependencies;
  app.view(/.*/, async ({ ack, body, view, context }) => {
    const at = performance.now();
    const submission = SUBMISSIONS.get(view.callback_id);
    if (!submission) return ack();
    const keys = keyErrors(view.state.values);
    if (Object.keys(keys).length > 0) return ack({ response_action: 'errors', errors: keys });
    const values = formValuesIn(view.state.values);
    const metadata = JSON.parse(view.private_metadata || '{}') as Metadata;
    const errors = submission.check?.(values, { metadata, policy }) ?? {};
    if (Object.keys(errors).length > 0) return ack({ response_action: 'errors', errors });
    await ack({ response_action: 'update', view: resultModal(view.title.text, { text: 'Working…' }) });
    runOnce(context.receiptId ?? `${view.id} ${view.hash}`, async () => {
      const show = (result: Parameters<typeof resultModal>[1]) =>
        updateModal(client, view.id, resultModal(view.title.text, result));
      const source: RequestSource = {
        userId: body.user.id,
        teamId: teamOf(dependencies, body),
        trigger: { id: '', at, isInModal: true },
        reply: show,
        replyToRefusal: (message) => updateModal(client, view.id, refill(view, message)),
      };
      await dispatchRequest(dependencies, source, async (request) =>
        show(await submission.run(request, values, metadata)),
      );
    });
  });
}
