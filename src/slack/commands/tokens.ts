import type { KnownBlock } from '@slack/types';
import { listTokens } from '../../operations/tokens/list.ts';
import { revokeToken } from '../../operations/tokens/revoke.ts';
import type { Feature } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { button, section } from '../present/blocks.ts';
import { escapeText, formatDate } from '../present/text.ts';

type Token = Awaited<ReturnType<typeof listTokens>>['tokens'][number];

const HOW_TO_CREATE =
  'To create one, run this on the server: `npm run token -- create --name ci --role reader --owner U012AB3CD`.';

const pages = definePages('tokens', async (request, _query, page) => {
  const { tokens, next, count } = await listTokens(request.context, page);
  return {
    title: 'Tokens of the management API',
    rows: tokens.map(rowOf),
    next,
    count,
    none: 'There are no tokens yet.',
    note: HOW_TO_CREATE,
  };
});

export const tokensFeature: Feature = {
  command: {
    name: 'tokens',
    aliases: ['token', 'revoke'],
    usage: 'tokens',
    summary: 'Lists the tokens that programs use, with their owner and end; admins revoke them.',
    example: '/apim-user tokens',
    who: 'admins',
    run: async (request) => request.reply(await pages.first(request, {})),
  },
  buttons: {
    'menu-tokens': async (request) => request.reply(await pages.first(request, {})),
    ...pages.buttons,
    'token-revoke': async (request, tokenId) => {
      const { name } = await revokeToken(request.context, { tokenId });
      await request.reply({
        text: `Revoked the token *${escapeText(name)}*. Programs can no longer use it.`,
      });
    },
  },
};

function rowOf(token: Token): KnownBlock[] {
  const { id, name, role, grants, ownerUserId, expiresAt, lastUsedAt } = token;
  const withGrants = grants.length > 0 ? ` with ${grants.join(', ')}` : '';
  const used = lastUsedAt ? `last used ${formatDate(lastUsedAt)}` : 'never used';
  const facts = `*${escapeText(name)}* · ${role}${withGrants} · owned by <@${ownerUserId}> · ${used} · ends ${formatDate(expiresAt)}`;
  const revoke = button('token-revoke', 'Revoke', id, {
    style: 'danger',
    label: `Revoke the token ${name}`,
    ask: { text: `Programs that use ${name} stop working at once.`, yes: 'Revoke' },
  });
  return [{ ...section(facts), accessory: revoke }];
}
