/** What goes over the owner's socket: HTTP with one JSON object a call; uploads and downloads as plain bodies. Both ends are this program. */
import { z } from 'zod';
export declare const CALL_PATH = "/call";
export declare const UPLOAD_PATH = "/upload";
export declare const DOWNLOAD_PATH = "/download";
/** Of an upload: the path and the caller, as JSON in base64url, since header values are ASCII. */
export declare const UPLOAD_HEADER = "x-neonpro-upload";
export declare const CALL_BYTES_MAX: number;
export declare const callerSchema: z.ZodObject<{
    actor: z.ZodString;
    locale: z.ZodEnum<{
        en: "en";
        "pt-BR": "pt-BR";
    }>;
}, z.core.$strict>;
export declare const callSchema: z.ZodObject<{
    name: z.ZodString;
    input: z.ZodUnknown;
    caller: z.ZodObject<{
        actor: z.ZodString;
        locale: z.ZodEnum<{
            en: "en";
            "pt-BR": "pt-BR";
        }>;
    }, z.core.$strict>;
}, z.core.$strict>;
export declare const pathSchema: z.ZodObject<{
    path: z.ZodString;
    caller: z.ZodObject<{
        actor: z.ZodString;
        locale: z.ZodEnum<{
            en: "en";
            "pt-BR": "pt-BR";
        }>;
    }, z.core.$strict>;
}, z.core.$strict>;
export declare function encodeHeader(value: unknown): string;
export declare function decodeHeader(text: string): unknown;
