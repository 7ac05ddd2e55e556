import { findService } from '../../operations/frame/services.ts';
import { setChannelService } from '../../operations/services/set-of-channel.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { attempt, whoMay } from '../frame/role.ts';
import { CHOOSE_SERVICE } from '../frame/service-mark.ts';
import { escapeText } from '../present/text.ts';
import { refuseName, serviceNameIn } from '../receive/service-meant.ts';

const nameOf = (name: string): string => `*${escapeText(name)}*`;

/** Which services there are, and which one commands mean here. */
async function overview(request: SlackRequest): Promise<string> {
  const {
    services,
    context: { service },
  } = request;
  // Not for guests and strangers.
  await request.role();
  const [first, ...others] = services;
  if (others.length === 0) return `There is one service here: ${nameOf(first.name)}.`;
  const [example = first] = others;
  return `This is ${nameOf(service.name)}. There are ${services.map(({ name }) => nameOf(name)).join(', ')}: \`/apim-user @${example.id} list\` means ${nameOf(example.name)} once.`;
}

async function setHere(request: SlackRequest, word: string): Promise<string> {
  const { services, actor, context, channel } = request;
  const service = findService(services, serviceNameIn(word) ?? word);
  if (!service || channel === null)
    return attempt(request, setChannelService, {}, () => refuseName(services));
  await setChannelService(service.contextOf(actor, context.requestId), { channelId: channel });
  return `Commands in this channel mean ${nameOf(service.name)} from now on.`;
}

export const serviceFeature: Feature = {
  command: {
    name: 'service',
    aliases: ['services', 'default'],
    usage: 'service [@name]',
    summary: 'Lists the services, or sets the one that commands in this channel mean.',
    example: '/apim-user service @staging',
    who: whoMay(setChannelService),
    run: async (request, [word]) =>
      request.reply({ text: await (word ? setHere(request, word) : overview(request)) }),
  },
  buttons: {
    // The press chooses the service; App Home is drawn again for it.
    [CHOOSE_SERVICE]: async (request) => void (await request.role()),
  },
};
