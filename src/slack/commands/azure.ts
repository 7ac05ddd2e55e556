import type { ModalView } from '@slack/types';
import type { Decision } from '../../domain/azure-mirror.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { listDrifts } from '../../operations/azure/list-drifts.ts';
import { listAzureOrders } from '../../operations/azure/list-orders.ts';
import { previewAzureMode } from '../../operations/azure/preview-mode.ts';
import { retryOrder } from '../../operations/azure/retry-order.ts';
import { setAzureMode } from '../../operations/azure/set-mode.ts';
import { settleDrift } from '../../operations/azure/settle-drift.ts';
import { showMirror } from '../../operations/azure/show.ts';
import { showDrift } from '../../operations/azure/show-drift.ts';
import type { Feature, Metadata, OnPress, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { driftIn, idIn } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { mirrorModeModal } from '../modals/azure.ts';
import { type FormValues, textOf } from '../modals/form.ts';
import { mirrorMessage, orderRow, unboundMessage } from '../present/azure.ts';
import { driftCard, driftRow, outcomeOf } from '../present/azure-drift.ts';
import { counted, type MirrorMode, MODES } from '../present/azure-words.ts';
import { type Message, section } from '../present/blocks.ts';

const driftPages = definePages('azure-differences', async (request, _query, page) => {
  const { drifts, next, count } = await listDrifts(request.context, page);
  return {
    title: 'Differences with Azure',
    rows: drifts.map(driftRow),
    next,
    count,
    none: 'No difference with Azure is open.',
  };
});

type Orders = { state: 'waiting' | 'refused' };

const orderPages = definePages<Orders>('azure-orders', async (request, { state }, page) => {
  const { orders, next, count } = await listAzureOrders(request.context, { ...page, state });
  const isChosen = (one: Orders['state']) => one === state;
  return {
    title: state === 'waiting' ? 'Changes that wait for Azure' : 'Changes that Azure refused',
    rows: orders.map(orderRow),
    next,
    count,
    filters: [
      { text: 'Waiting', query: { state: 'waiting' }, isChosen: isChosen('waiting') },
      { text: 'Refused', query: { state: 'refused' }, isChosen: isChosen('refused') },
    ],
    none: state === 'waiting' ? 'No change waits for Azure.' : 'Azure refused no change in the last 30 days.',
  };
});

const decide =
  (decision: Decision): OnPress =>
  async (request, value) => {
    const drift = await settleDrift(request.context, { ...driftIn(value), decision });
    const text = `${outcomeOf(drift, false)}. ${followsText(decision, drift.mode)}`;
    await request.reply({ text, blocks: [section(text)] });
  };

function followsText(decision: Decision, mode: MirrorMode): string {
  if (decision === 'leave') return 'You are asked again when one side changes.';
  if (decision === 'take') return 'The app reads it in Azure again and changes it here, in a moment.';
  return mode === 'watch'
    ? 'This service only watches, so Azure keeps its own until an admin changes the mode.'
    : 'Azure gets it next; the card of the account or subscription says when it is done.';
}

export const azureFeature: Feature = {
  command: {
    name: 'azure',
    aliases: ['mirror', 'drift', 'differences', 'sync', 'apim'],
    usage: 'azure',
    summary:
      'Shows how far the mirror of your Azure API Management instance is: its mode, the last comparison, changes that wait, and differences to decide. Admins change the mode.',
    example: '/apim-user azure',
    who: 'admins and approvers',
    run: async (request) => request.reply(await statusMessage(request)),
  },
  buttons: {
    'azure-status': async (request) => request.reply(await statusMessage(request)),
    'azure-differences': async (request) => request.reply(await driftPages.first(request, {})),
    'azure-orders': async (request, state) =>
      request.reply(await orderPages.first(request, { state: state === 'refused' ? 'refused' : 'waiting' })),
    ...driftPages.buttons,
    ...orderPages.buttons,
    'azure-difference': async (request, value) => {
      const drift = await showDrift(request.context, { driftId: idIn(value) });
      return request.reply(driftCard(drift, { isExposed: false }));
    },
    'azure-take': decide('take'),
    'azure-keep': decide('keep'),
    'azure-leave': decide('leave'),
    'azure-retry': async (request, number) => {
      await retryOrder(request.context, { number: Number(number) });
      await request.reply({
        text: 'Sending it to Azure again now. The card of the account or subscription says when it is done.',
      });
    },
    'azure-mode': (request) => openModalFor(request, setAzureMode, {}, modeModal),
  },
  submissions: {
    'azure-mode': {
      run(request, values, metadata) {
        return redrawIfMore(setMode(request, values, metadata), () => modeModal(request));
      },
    },
  },
};

async function setMode(
  request: SlackRequest,
  values: FormValues,
  { from, writes }: Metadata,
): Promise<Message> {
  const mode = modeIn(textOf(values, 'mode'));
  const done = await setAzureMode(request.context, {
    mode,
    from: modeIn(String(from)),
    writesAtMost: writesIn(writes, mode),
    reason: textOf(values, 'reason'),
  });
  const begins =
    done.writes > 0
      ? ` ${counted(done.writes, 'change')} ${done.writes === 1 ? 'is' : 'are'} on the way.`
      : '';
  const kept = done.kept > 0 ? ` ${counted(done.kept, 'change')} that waited stay here.` : '';
  return { text: `The mode is now *${mode}*. ${MODES[mode]}${begins}${kept}` };
}

/** More was changed here while the modal was open. It is drawn again then, with the new count. */
async function redrawIfMore(
  setting: Promise<Message>,
  redraw: () => Promise<ModalView>,
): Promise<Message | ModalView> {
  try {
    return await setting;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'azure_more_writes') return redraw();
    throw error;
  }
}

async function modeModal({ context }: SlackRequest): Promise<ModalView> {
  const preview = await previewAzureMode(context, {});
  if (!preview) throw new DomainError('azure_not_bound');
  return mirrorModeModal(preview, context.policy.secondOperatorFor.includes('azure/set-mode'));
}

/** What the modal said, of a mode that writes. */
const writesIn = (writes: unknown, mode: MirrorMode): number =>
  mode === 'watch' ? 0 : Number((writes as Record<string, unknown> | undefined)?.[mode] ?? 0);

const modeIn = (text: string): MirrorMode => (text === 'add' || text === 'full' ? text : 'watch');

async function statusMessage(request: SlackRequest): Promise<Message> {
  const status = await showMirror(request.context, {});
  return status ? mirrorMessage(status, (await request.role()) === 'admin') : unboundMessage();
}
