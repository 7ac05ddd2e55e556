import type { KnownBlock, ModalView } from '@slack/types';
import type { Role } from '../../operations/frame/context.ts';
import { grantRole } from '../../operations/operators/grant.ts';
import { listOperators } from '../../operations/operators/list.ts';
import { withdrawRole } from '../../operations/operators/withdraw.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { readCarried } from '../frame/reference.ts';
import { openModalFor } from '../frame/role.ts';
import { textOf } from '../modals/form.ts';
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

const ROLES = [
  { value: 'approver', text: 'Approver: can view, block, activate and approve' },
  { value: 'admin', text: 'Admin: can do everything' },
];

/** There are few, so each page is cut from all of them. */
const pages = definePages('operators', async (request, _query, page) => {
  const { teamId } = request.actor;
  const all = await listOperators.attempt(request.context, {}, async (context) => {
    // Everyone may learn who the admins are, but the page is for those who grant roles.
    await grantRole.demand(context);
    return listOperators(context, { teamId });
  });
  const current = all.flatMap(({ role, ...one }) => (role ? [{ ...one, role }] : []));
  const from = page.skip ?? Number(page.after);
  const shown = current.slice(from, from + page.limit);
  return {
    title: 'Operators',
    rows: await Promise.all(
      shown.map(async ({ slackUserId, name, role }) =>
        rowOf(slackUserId, await currentName(request, slackUserId, name), role),
      ),
    ),
    next: from + page.limit < current.length ? from + page.limit : null,
    count: current.length,
    none: 'There are no operators yet.',
    buttons: [button('operator-add', 'Add an operator', '-', { style: 'primary' })],
  };
});

export const operatorsFeature: Feature = {
  command: {
    name: 'operators',
    aliases: ['operator', 'admins', 'admin', 'approvers', 'approver', 'roles', 'grant', 'revoke', 'withdraw'],
    usage: 'operators',
    summary: 'Lists the admins and approvers; admins grant and withdraw these roles.',
    example: '/apim-user operators',
    who: 'admins',
    run: async (request) => request.reply(await pages.first(request, {})),
  },
  buttons: {
    'menu-operators': async (request) => request.reply(await pages.first(request, {})),
    ...pages.buttons,
    'operator-add': (request) => openModalFor(request, grantRole, {}, grantModal),
    'operator-grant': async (request, value) => {
      const { userId, role } = readCarried<{ userId: string; role: Role }>(value);
      await request.reply(await runGrant(request, userId, role));
    },
    'operator-withdraw': async (request, userId) => {
      await withdrawRole(request.context, { teamId: request.actor.teamId, userId });
      await request.reply({
        text: `<@${userId}> no longer has a role here. Their open requests are closed.`,
      });
    },
  },
  submissions: {
    'operator-grant': {
      check: (values) => (textOf(values, 'person') ? {} : { person: 'Choose a person' }),
      run: (request, values) =>
        runGrant(
          request,
          textOf(values, 'person'),
          textOf(values, 'role') === 'admin' ? 'admin' : 'approver',
        ),
    },
  },
};

async function runGrant(request: SlackRequest, userId: string, role: Role): Promise<Message> {
  const { name, before } = await grantRole(request.context, { teamId: request.actor.teamId, userId, role });
  const isNow = `${escapeText(name)} is now an *${role}*`;
  const text =
    before === role
      ? `${escapeText(name)} is already an *${role}*.`
      : before
        ? `${isNow}, and was an *${before}* before.`
        : `${isNow}.`;
  return { text, blocks: [section(text)] };
}

/** The saved name can be an id, from the settings, or out of date. */
async function currentName(
  { context, actor }: SlackRequest,
  userId: string,
  savedName: string,
): Promise<string> {
  try {
    return (await context.people.actorOf(userId, actor.teamId)).name;
  } catch {
    return savedName;
  }
}

function rowOf(userId: string, name: string, role: Role): KnownBlock[] {
  const other = role === 'admin' ? 'approver' : 'admin';
  const buttons = actions([
    button('operator-grant', `Make ${other}`, JSON.stringify({ userId, role: other }), {
      label: `Make ${name} an ${other}`,
      ask: { text: `${name} will be an ${other} instead of an ${role}.`, yes: `Make ${other}` },
    }),
    button('operator-withdraw', 'Withdraw', userId, {
      style: 'danger',
      label: `Withdraw the role of ${name}`,
      ask: { text: `${name} will have no role here.`, yes: 'Withdraw' },
    }),
  ]);
  return [section(`<@${userId}> · *${role}*`), buttons];
}

const grantModal = (): ModalView =>
  modal({
    callback: 'operator-grant',
    title: 'Add an operator',
    submit: 'Grant',
    blocks: [
      personInput('person', 'Person', 'A full member of this workspace, not a guest or an app.'),
      choiceInput('role', 'Role', ROLES),
    ],
  });
