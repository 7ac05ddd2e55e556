/** An email that opens the reader's mail program. */
export const MailTo = ({ email }: { email: string }) => <a href={`mailto:${email}`}>{email}</a>;
