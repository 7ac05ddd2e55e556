import type { KnownBlock } from '@slack/types';
import { listTokens } from '../../operations/tokens/list.ts';
import { revokeToken } from '../../operations/tokens/revoke.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { escapeText, formatDate } from '../present/text.ts';

type Token = Awaited<ReturnType<typeof listTokens>>['tokens'][number];

const HOW_TO_CREATE =
  'Anyone who has a shell on the server can make one: `npm run token -- create --name ci --role reader --owner U012AB3CD`.';

export const tokensFeature: Feature = {
  command: {
    name: 'tokens',
    aliases: ['token', 'revoke'],
    usage: 'tokens',
    summary: 'Shows the tokens that programs use, with whose they are and when they end; admins revoke them.',
    example: '/apim-user tokens',
    who: 'admins',
    run: async (request) => request.reply(await tokensPage(request)),
  },
  buttons: {
    'token-revoke': async (request, tokenId) => {
      const { name } = await revokeToken(request.context, { tokenId });
      await request.reply({ text: `The token *${escapeText(name)}* is revoked; it works nowhere any more.` });
    },
  },
};

async function tokensPage(request: SlackRequest): Promise<Message> {
  const { tokens, hasMore } = await listTokens(request.context, {});
  if (tokens.length === 0) return { text: `No token is there. ${HOW_TO_CREATE}` };
  const more = hasMore ? 'There are more, which end later. ' : '';
  return {
    text: 'Tokens of the management API',
    blocks: [
      section('*Tokens of the management API*'),
      ...tokens.flatMap(rowOf),
      section(`${more}${HOW_TO_CREATE}`),
    ],
  };
}

function rowOf(token: Token): KnownBlock[] {
  const { id, name, role, grants, ownerUserId, expiresAt, lastUsedAt } = token;
  const withGrants = grants.length > 0 ? ` with ${grants.join(', ')}` : '';
  const used = lastUsedAt ? `last used ${formatDate(lastUsedAt)}` : 'never used';
  return [
    section(
      `*${escapeText(name)}* · *${role}*${withGrants} · of <@${ownerUserId}> · ${used} · ends ${formatDate(expiresAt)}`,
    ),
    actions([
      button('token-revoke', 'Revoke', id, {
        style: 'danger',
        label: `Revoke the token ${name}`,
        ask: { text: `Whatever uses ${name} stops working at once.`, yes: 'Revoke' },
      }),
    ]),
  ];
}
