import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { requestInvitation } from '../../operations/invitations/request.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { openModalFor } from '../frame/role.ts';
import { fieldErrorsOf, listOf, textOf } from '../modals/form.ts';
import { groupsInput, modal, textInput } from '../present/blocks.ts';
import { formatDate } from '../present/text.ts';

export const requestFeature: Feature = {
  command: {
    name: 'request',
    aliases: ['ask'],
    usage: 'request [email]',
    summary: 'Asks for an invitation for a developer. An operator decides, and you are told.',
    example: '/apim-user request ann@example.com',
    who: 'everybody',
    run: (request, [email]) => openRequestModal(request, email),
  },
  buttons: { 'menu-request': (request) => openRequestModal(request) },
  submissions: {
    request: {
      check: (values) => fieldErrorsOf(() => void parseEmailAddress(textOf(values, 'email'))),
      async run(request, values) {
        const { expiresAt, askedBefore } = await requestInvitation(request.context, {
          email: textOf(values, 'email'),
          firstName: textOf(values, 'firstName'),
          lastName: textOf(values, 'lastName'),
          groupIds: listOf(values, 'groups'),
          why: textOf(values, 'why'),
        });
        const first = askedBefore ? 'This was asked for already; it still waits.' : 'Asked for.';
        return {
          text: `${first} An operator can decide until ${formatDate(expiresAt)}, and you are told. App Home and \`/apim-user approvals\` show your requests.`,
        };
      },
    },
  },
};

const openRequestModal = (request: SlackRequest, email = '') =>
  openModalFor(request, requestInvitation, {}, () => {
    if (!request.context.policy.hasRequests) throw new DomainError('requests_off');
    return requestModal(email);
  });

const requestModal = (email: string) =>
  modal({
    callback: 'request',
    title: 'Ask for an invitation',
    submit: 'Ask',
    blocks: [
      textInput('email', 'Email', { value: email, maxLength: 254 }),
      textInput('firstName', 'First name', { optional: true, maxLength: 100 }),
      textInput('lastName', 'Last name', { optional: true, maxLength: 100 }),
      groupsInput(),
      textInput('why', 'Why', {
        multiline: true,
        maxLength: 500,
        hint: 'The operator who decides reads it.',
      }),
    ],
  });
