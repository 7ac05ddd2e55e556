import type { App, SlackViewAction, ViewOutput } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { Metadata } from '../frame/feature.ts';
import { SUBMISSIONS } from '../handlers.ts';
import { formValuesIn } from '../modals/form.ts';
import { resultModal, updateModal } from '../modals/open.ts';
import { refill } from '../modals/refill.ts';
import type { Message } from '../present/blocks.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import type { Arrival, Deliver } from './delivery.ts';
import { dispatchRequest, type RequestSource, type SlackDependencies } from './dispatcher.ts';
import { teamOf } from './people.ts';
import { keyErrors } from './typed-keys.ts';

export function registerViews(app: App, dependencies: SlackDependencies, deliver: Deliver): void {
  const { policy } = dependencies;
  app.view(/.*/, async ({ ack, body, view, context }) => {
    const at = performance.now();
    const submission = SUBMISSIONS.get(view.callback_id);
    if (!submission) return ack();
    const keys = keyErrors(view.state.values);
    if (Object.keys(keys).length > 0) return ack({ response_action: 'errors', errors: keys });
    const values = formValuesIn(view.state.values);
    const metadata = metadataOf(view);
    const errors = submission.check?.(values, { metadata, policy }) ?? {};
    if (Object.keys(errors).length > 0) return ack({ response_action: 'errors', errors });
    deliver({
      receiptId: context.receiptId ?? `${view.id} ${view.hash}`,
      at,
      acknowledge: ack as Arrival['acknowledge'],
      working: replacing(resultModal(view.title.text, { text: 'Working…' })),
      work: (acknowledgement) => answerSubmission(dependencies, body, at, acknowledgement),
    });
  });
}

const replacing = (view: ModalView) => ({ response_action: 'update', view });

async function answerSubmission(
  dependencies: SlackDependencies,
  body: SlackViewAction,
  at: number,
  acknowledgement: Acknowledgement,
): Promise<void> {
  const { view } = body;
  const submission = SUBMISSIONS.get(view.callback_id);
  if (!submission) return;
  const show = async (shown: ModalView) => {
    if (!(await acknowledgement.carry(replacing(shown))))
      await updateModal(dependencies.client, view.id, shown);
  };
  const showResult = (result: Message | ModalView) => show(resultModal(view.title.text, result));
  const source: RequestSource = {
    userId: body.user.id,
    teamId: teamOf(dependencies, body),
    trigger: { id: '', at, isInModal: true },
    reply: showResult,
    replyToRefusal: (message) => show(refill(view, message)),
  };
  const values = formValuesIn(view.state.values);
  const metadata = metadataOf(view);
  await dispatchRequest(dependencies, source, async (request) =>
    showResult(await submission.run(request, values, metadata)),
  );
}

const metadataOf = (view: ViewOutput) => JSON.parse(view.private_metadata || '{}') as Metadata;
