import { DomainError } from '../../domain/domain-error.ts';
import { requestInvitation } from '../../operations/invitations/request.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { openModalFor } from '../frame/role.ts';
import { emailError, emailIn, listOf, textOf, typedNames } from '../modals/form.ts';
import { groupsInput, modal, nameInputs, textInput } from '../present/blocks.ts';
import { cut, formatDate } from '../present/text.ts';

export const requestFeature: Feature = {
  command: {
    name: 'request',
    aliases: ['ask'],
    usage: 'request [email]',
    summary: "Asks an operator to invite a developer. You'll hear the decision.",
    example: '/apim-user request ann@example.com',
    who: 'everyone',
    run: (request, _words, text) => openRequestModal(request, text),
  },
  buttons: { 'menu-request': (request) => openRequestModal(request) },
  submissions: {
    request: {
      check: (values) => emailError(values, 'email'),
      async run(request, values) {
        const { expiresAt, askedBefore } = await requestInvitation(request.context, {
          ...emailIn(values, 'email'),
          ...typedNames(values),
          groupIds: listOf(values, 'groups'),
          why: textOf(values, 'why'),
        });
        const first = askedBefore ? 'You already requested this, and it is still waiting.' : 'Requested.';
        return {
          text: `${first} An operator can decide until ${formatDate(expiresAt)}. You'll hear the decision. App Home and \`/apim-user approvals\` show your requests.`,
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
    submit: 'Send request',
    blocks: [
      textInput('email', 'Email', { value: cut(email, 254), maxLength: 254 }),
      ...nameInputs(),
      groupsInput(),
      textInput('why', 'Why', {
        multiline: true,
        maxLength: 500,
        hint: 'The operator who decides reads this.',
      }),
    ],
  });
