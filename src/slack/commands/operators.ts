import type { KnownBlock, ModalView } from '@slack/types';
import type { Role } from '../../operations/frame/context.ts';
import { grantRole } from '../../operations/operators/grant.ts';
import { listOperators } from '../../operations/operators/list.ts';
import { withdrawRole } from '../../operations/operators/withdraw.ts';
import { type Feature, type SlackRequest, textOf } from '../frame/feature.ts';
import { requireRole } from '../frame/role.ts';
import {
  actions,
  button,
  choiceInput,
  type Message,
  modal,
  personInput,
  section,
} from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

const ABOUT = {
  name: 'operators',
  usage: 'operators',
  summary: 'Shows who is an admin or approver; admins grant and withdraw both.',
  example: '/apim-user operators',
  who: 'admins',
} as const;

const ROLES = [
  { value: 'approver', text: 'Approver: look, block, activate, decide' },
  { value: 'admin', text: 'Admin: everything' },
];

export const operators: Feature = {
  command: { ...ABOUT, run: async (request) => request.reply(await page(request)) },
  buttons: {
    'operator-add': (request) =>
      request.openModal(async () => {
        await requireRole(request, ABOUT.who);
        return grantModal();
      }),
    'operator-grant': async (request, value) => {
      const { userId, role } = JSON.parse(value) as { userId: string; role: Role };
      await request.reply(await granted(request, userId, role));
    },
    'operator-withdraw': async (request, userId) => {
      await withdrawRole(request.context, { teamId: request.actor.teamId, userId });
      await request.reply({
        text: `<@${userId}> has no role here any more. What they asked for and nobody decided is closed.`,
      });
    },
  },
  submissions: {
    'operator-grant': {
      check: (values) => (textOf(values, 'person') ? {} : { person: 'Choose somebody' }),
      run: (request, values) =>
        granted(request, textOf(values, 'person'), textOf(values, 'role') === 'admin' ? 'admin' : 'approver'),
    },
  },
};

async function granted(request: SlackRequest, userId: string, role: Role): Promise<Message> {
  const { name, before } = await grantRole(request.context, { teamId: request.actor.teamId, userId, role });
  const is = `${escapeText(name)} is an *${role}* now`;
  const text =
    before === role
      ? `${escapeText(name)} was an *${role}* already.`
      : before
        ? `${is}, was an *${before}*.`
        : `${is}.`;
  return { text, blocks: [section(text)] };
}

async function page(request: SlackRequest): Promise<Message> {
  await requireRole(request, ABOUT.who);
  const all = await listOperators(request.context, { teamId: request.actor.teamId });
  const rows = await Promise.all(
    all.map(async ({ slackUserId, name, role }) =>
      role ? rowOf(slackUserId, await nameNow(request, slackUserId, name), role) : [],
    ),
  );
  return {
    text: 'Operators',
    blocks: [...rows.flat(), actions([button('operator-add', 'Add an operator', '-', { style: 'primary' })])],
  };
}

/** Whom the settings named is kept by id alone, and people change their names. */
async function nameNow({ context, actor }: SlackRequest, userId: string, kept: string): Promise<string> {
  try {
    return (await context.people.actorOf(userId, actor.teamId)).name;
  } catch {
    return kept;
  }
}

function rowOf(userId: string, name: string, role: Role): KnownBlock[] {
  const other = role === 'admin' ? 'approver' : 'admin';
  return [
    section(`<@${userId}> · *${role}*`),
    actions([
      button('operator-grant', `Make ${other}`, JSON.stringify({ userId, role: other }), {
        label: `Make ${name} an ${other}`,
        ask: { text: `${name} will be an ${other} instead of an ${role}.`, yes: `Make ${other}` },
      }),
      button('operator-withdraw', 'Withdraw', userId, {
        style: 'danger',
        label: `Withdraw the role of ${name}`,
        ask: { text: `${name} will have no role here.`, yes: 'Withdraw' },
      }),
    ]),
  ];
}

const grantModal = (): ModalView =>
  modal({
    callback: 'operator-grant',
    title: 'Add an operator',
    submit: 'Grant',
    blocks: [
      personInput('person', 'Person', 'A full member of this workspace; no guest, no app.'),
      choiceInput('role', 'Role', ROLES),
    ],
  });
