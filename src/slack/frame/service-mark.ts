// Where one process serves several services, what it sends to Slack names its service: for people in a line, and in its
// buttons and views, so that what comes back is done in the same one. The default service has only the line.
import type { Block, KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Context, Services } from '../../operations/frame/context.ts';
import { context, type Message } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';
import type { SlackRequest } from './feature.ts';
import { readCarried } from './reference.ts';

/** `id` is null for the default service. */
export type ServiceMark = { id: string | null; name: string };

/** Null when there is only one service. */
export const markOf = (services: Services, { id, name }: Context['service']): ServiceMark | null =>
  services.length > 1 ? { id: id === services[0].id ? null : id, name } : null;

export const markOfRequest = ({ services, context: { service } }: SlackRequest): ServiceMark | null =>
  markOf(services, service);

/** The button in App Home that shows another service. Its value is the id, or `-` for the default one. */
export const CHOOSE_SERVICE = 'home-service';
/** The id of the block with the line. */
export const SERVICE_BLOCK = 'service';
/** Slack's limits for a message and a view. */
const MAX_MESSAGE_BLOCKS = 50;
const MAX_VIEW_BLOCKS = 100;
const ACTION_MARK = /@([a-z][a-z0-9-]*)$/;

export function markMessage<Marked extends Message>(message: Marked, mark: ServiceMark | null): Marked {
  if (!mark) return message;
  const { text, blocks = [] } = message;
  if (blocks.length === 0) return { ...message, text: `${text}\n_${escapeText(mark.name)}_` };
  const marked = mark.id === null ? blocks : blocks.map((block) => withMark(block, `@${mark.id}`));
  return { ...message, blocks: withLine(marked, mark, MAX_MESSAGE_BLOCKS) };
}

export function markView<View extends { blocks: readonly Block[]; private_metadata?: string | undefined }>(
  view: View,
  mark: ServiceMark | null,
): View {
  if (!mark) return view;
  const blocks = withLine(view.blocks as readonly KnownBlock[], mark, MAX_VIEW_BLOCKS);
  if (mark.id === null) return { ...view, blocks };
  const metadata = readCarried(view.private_metadata || '{}');
  return { ...view, blocks, private_metadata: JSON.stringify({ ...metadata, service: mark.id }) };
}

/** Not a second time, in a form that is shown again, and not where Slack takes no further block. */
function withLine(blocks: readonly KnownBlock[], { name }: ServiceMark, max: number): KnownBlock[] {
  const hasLine = blocks.some(({ block_id }) => block_id === SERVICE_BLOCK);
  if (hasLine || blocks.length >= max) return [...blocks];
  return [...blocks, { ...context(`Service: *${escapeText(name)}*`), block_id: SERVICE_BLOCK }];
}

/** The block with the mark at the end of the ids of its buttons and menus. */
function withMark(block: KnownBlock, mark: string): KnownBlock {
  const marked = <Element extends object>(element: Element): Element =>
    'action_id' in element ? { ...element, action_id: `${element.action_id}${mark}` } : element;
  if (block.type === 'actions') return { ...block, elements: block.elements.map(marked) };
  return block.type === 'section' && block.accessory
    ? { ...block, accessory: marked(block.accessory) }
    : block;
}

/** The id of an element without its mark, and the id of the service in the mark. */
export function splitAction(id: string): { action: string; service: string | null } {
  const [mark, service = null] = ACTION_MARK.exec(id) ?? [''];
  return { action: id.slice(0, id.length - mark.length), service };
}

/** The client, but all messages and views that it sends are marked. */
export function markingClient(client: WebClient, mark: ServiceMark | null): WebClient {
  if (!mark) return client;
  const { chat, views } = client;
  const message = (one: object) => markMessage(one as Message, mark) as never;
  const view = <Given extends object>(given: Given) =>
    ('view' in given ? { ...given, view: markView(given.view as never, mark) } : given) as never;
  return Object.assign(Object.create(client), {
    chat: {
      ...chat,
      postMessage: (given: object) => chat.postMessage(message(given)),
      update: (given: object) => chat.update(message(given)),
    },
    views: {
      ...views,
      open: (given: object) => views.open(view(given)),
      push: (given: object) => views.push(view(given)),
      update: (given: object) => views.update(view(given)),
      publish: (given: object) => views.publish(view(given)),
    },
  }) as WebClient;
}
