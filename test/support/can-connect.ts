import { connect } from 'node:net';

/** Whether something listens at a Unix socket. */
export const canConnect = (socketPath: string): Promise<boolean> =>
  new Promise<boolean>((resolve) => {
    const socket = connect(socketPath);
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
