import type { Decision } from '../../domain/azure-mirror.ts';
import { listDrifts } from '../../operations/azure/list-drifts.ts';
import { settleDrift } from '../../operations/azure/settle-drift.ts';
import { showMirror } from '../../operations/azure/show.ts';
import { showDrift } from '../../operations/azure/show-drift.ts';
import type { Feature, OnPress, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { driftIn, idIn } from '../frame/reference.ts';
import { mirrorMessage, unboundMessage } from '../present/azure.ts';
import { driftCard, driftRow, outcomeOf } from '../present/azure-drift.ts';
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

const decide =
  (decision: Decision): OnPress =>
  async (request, value) => {
    const drift = await settleDrift(request.context, { ...driftIn(value), decision });
    const text = `${outcomeOf(drift, false)}. ${FOLLOWS[decision]}`;
    await request.reply({ text, blocks: [section(text)] });
  };

const FOLLOWS: Record<Decision, string> = {
  take: 'It is read in Azure again and changed here in a moment.',
  keep: 'Azure gets it next, if the mode allows it; the card of the account or subscription shows when.',
  leave: 'You are asked again when one side changes.',
};

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
    ...driftPages.buttons,
    'azure-difference': async (request, value) => {
      const drift = await showDrift(request.context, { driftId: idIn(value) });
      return request.reply(driftCard(drift, { isExposed: false }));
    },
    'azure-take': decide('take'),
    'azure-keep': decide('keep'),
    'azure-leave': decide('leave'),
  },
};

async function statusMessage(request: SlackRequest): Promise<Message> {
  const status = await showMirror(request.context, {});
  return status ? mirrorMessage(status) : unboundMessage();
}
