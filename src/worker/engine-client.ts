import { type Client, createClient, type PortOf } from '../rpc/client.ts';
import type { Calls } from './engine-calls.ts';

export type Port = PortOf<Calls>;
export type EngineClient = Client<Calls>;

export const createEngineClient = (port: Port): EngineClient => createClient<Calls>(port);
