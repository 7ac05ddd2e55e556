import type { SlackViewAction, ViewOutput } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import type { Services } from '../../operations/frame/context.ts';
import type { Metadata, Submission } from '../frame/feature.ts';
import { formInList, listOfForm } from '../frame/listed.ts';
import { readCarried } from '../frame/reference.ts';
import { markOfRequest, markView, type ServiceMark } from '../frame/service-mark.ts';
import { SUBMISSIONS } from '../handlers.ts';
import { formValuesIn } from '../modals/form.ts';
import { resultModal, updateModal } from '../modals/open.ts';
import { refill } from '../modals/refill.ts';
import type { Message } from '../present/blocks.ts';
import { sentenceOf } from '../present/text.ts';
import type { Arrival, Deliveries, Delivery } from './delivery.ts';
import {
  dispatchRequest,
  type RequestSource,
  type SlackDependencies,
  sendDirectMessage,
  tooLate,
} from './dispatcher.ts';
import { teamOf } from './people.ts';
import { redrawList } from './redraw.ts';
import { markInView } from './service-meant.ts';
import { keyErrors } from './typed-keys.ts';

/** Answers what is wrong with the fields at once, and delivers the rest. */
export async function receiveSubmission(
  { clock, services }: SlackDependencies,
  { deliver }: Deliveries,
  arrival: Omit<Arrival, 'body'> & { body: SlackViewAction },
): Promise<void> {
  const { view } = arrival.body;
  const submission = SUBMISSIONS.get(view.callback_id);
  if (!submission) return arrival.acknowledge();
  const keys = keyErrors(view.state.values);
  const errors = Object.keys(keys).length > 0 ? keys : checkErrors(submission, view, services, clock());
  if (Object.keys(errors).length > 0)
    return arrival.acknowledge({ response_action: 'errors', errors: asSentences(errors) });
  deliver({ ...arrival, working: replacing(resultModal(view.title.text, { text: 'Working…' })) });
}

/** "there is no @" becomes "There is no @." */
const asSentences = (errors: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(errors).map(([field, words]) => [field, sentenceOf(words)]));

const replacing = (view: ModalView) => ({ response_action: 'update', view });

export async function answerSubmission(
  dependencies: SlackDependencies,
  body: SlackViewAction,
  { at, carry, ...identity }: Delivery,
): Promise<void> {
  const { view } = body;
  const submission = SUBMISSIONS.get(view.callback_id);
  if (!submission) return;
  const show = async (unmarked: ModalView, message: Message, mark: ServiceMark | null = null) => {
    const shown = markView(unmarked, mark);
    if (await carry(replacing(shown))) return;
    const isOpen = await updateModal(dependencies.client, view.id, shown);
    // The person waited for this modal in vain, and may have closed it.
    if (!isOpen && identity.takenUpFrom)
      await sendDirectMessage(dependencies, { userId: body.user.id, mark }, message);
  };
  const showResult = (result: Message | ModalView, { mark }: { mark?: ServiceMark | null } = {}) =>
    show(resultModal(view.title.text, result), 'type' in result ? tooLate() : result, mark);
  const source: RequestSource = {
    ...identity,
    userId: body.user.id,
    teamId: teamOf(dependencies, body),
    service: { mark: () => markInView(view) },
    trigger: { id: '', at, isInModal: true },
    reply: showResult,
    replyToRefusal: (message, how) => show(refill(view, message), message, how?.mark),
  };
  const values = formValuesIn(view.state.values);
  await dispatchRequest(dependencies, source, async (request) => {
    const metadata = metadataOf(view);
    const list = listOfForm(metadata);
    const result = await submission.run(request, values, metadata);
    const isForm = 'type' in result;
    const mark = markOfRequest(request);
    await showResult(isForm && list ? formInList(result, list) : result, { mark });
    if (list && !isForm) await redrawList(dependencies, request, list);
  });
}

/** None for metadata that can't be read: `answerSubmission` refuses it in words. */
function checkErrors(
  { check }: Submission,
  view: ViewOutput,
  services: Services,
  now: Date,
): Record<string, string> {
  try {
    const mark = markInView(view);
    const { policy } = services.find(({ id }) => id === mark) ?? services[0];
    return check?.(formValuesIn(view.state.values), { metadata: metadataOf(view), policy, now }) ?? {};
  } catch (error) {
    if (error instanceof DomainError) return {};
    throw error;
  }
}

const metadataOf = (view: ViewOutput): Metadata => readCarried(view.private_metadata || '{}');
