// Draws a list or App Home again, after a button of its own or the form behind it has done its work.
import { publishHome } from '../features/home.ts';
import type { SlackRequest } from '../frame/feature.ts';
import { formInList, type ShownList, turnOf } from '../frame/listed.ts';
import { markMessage, markOfRequest } from '../frame/service-mark.ts';
import { BUTTONS } from '../handlers.ts';
import { resultModal, updateModal } from '../modals/open.ts';
import type { SlackDependencies } from './dispatcher.ts';
import { respond } from './respond.ts';

/** Runs the handler of a row's button, then draws the list again. After a form was opened, its submission does that. */
export async function runInList(
  dependencies: SlackDependencies,
  request: SlackRequest,
  list: ShownList,
  run: (request: SlackRequest) => Promise<void>,
): Promise<void> {
  let isOpened = false;
  const openModal: SlackRequest['openModal'] = (make) => {
    isOpened = true;
    return request.openModal(async () => formInList(await make(), list));
  };
  try {
    await run({ ...request, openModal });
  } finally {
    // A refusal mostly means that the row is out of date.
    if (!isOpened) await redrawList(dependencies, request, list);
  }
}

export async function redrawList(
  dependencies: SlackDependencies,
  request: SlackRequest,
  list: ShownList,
): Promise<void> {
  // The work is done and answered, whatever becomes of the list.
  await ('name' in list
    ? redraw(request, list)
    : publishHome(dependencies, request.actor.userId, request.context.service.id)
  )?.catch(() => dependencies.log.debug('a list was not drawn again'));
}

function redraw(request: SlackRequest, { name, query, from, at }: Extract<ShownList, { name: string }>) {
  const reply: SlackRequest['reply'] = async (page) => {
    const marked = markMessage(page, markOfRequest(request));
    if ('url' in at)
      return respond(at.url, { ...marked, response_type: 'ephemeral', replace_original: true });
    await updateModal(request.client, at.view, resultModal(at.title, page));
  };
  return BUTTONS.get(turnOf(name))?.({ ...request, reply }, JSON.stringify({ query, from }), {});
}
