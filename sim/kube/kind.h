/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kind.h: a Kubernetes kind as one table; everything generic is derived from it */
#pragma once

#include "sim/kube/store.h"

G_BEGIN_DECLS

typedef enum
{
  KUBE_STRING,
  KUBE_INT,
  KUBE_BOOL,
  KUBE_NUMBER,
  KUBE_INT_OR_STRING,
  KUBE_QUANTITY,
  KUBE_TIME,       /* metav1.Time */
  KUBE_MICRO_TIME, /* metav1.MicroTime */
  KUBE_BYTES,      /* base64 text */
  KUBE_OBJECT,     /* of `of` */
  KUBE_MAP,        /* string -> `element` (of `of` when that is KUBE_OBJECT) */
  KUBE_LIST,       /* of `element` (of `of` when that is KUBE_OBJECT) */
  KUBE_RAW,        /* any JSON: managedFields' fieldsV1 */
} KubeType;

/* What a field does in an upgrade. There is no default: tests/test-fields.c finds what nobody
 * accounted for. A field that is inert or not modelled accounts for everything beneath it. */
typedef enum
{
  KUBE_FIELD_UNSAID,
  KUBE_FIELD_ACTS,         /* something in sim/kube/ reads it */
  KUBE_FIELD_INERT,        /* no part in an upgrade */
  KUBE_FIELD_NOT_MODELLED, /* a cluster would do something that is not done here */
} KubeFieldPart;

typedef struct _KubeApi KubeApi;   /* sim/kube/verbs/api.h */
typedef struct _KubeUser KubeUser; /* sim/kube/verbs/caller.h */
typedef struct _KubeStruct KubeStruct;
typedef struct _KubeField KubeField;
typedef struct _KubeColumn KubeColumn;

/* One JSON field of a struct. Numbers are those of k8s.io/api's generated.proto files. */
struct _KubeField
{
  const char *name;
  KubeType type;
  guint number;         /* on the wire of protobuf; 0: the envelope carries it (kind, apiVersion) */
  guint within;         /* the message that holds it there, where JSON has it inline; 0: none */
  gboolean pointer;     /* a pointer in Go: nothing and zero differ there */
  KubeType element;     /* of a list or map */
  const KubeStruct *of; /* of an object, or of a list or map of objects */
  gboolean or_bool;     /* an object that may be true or false in its place */
  const char *merge_key; /* strategic merge of a list of objects */
  gboolean merge;        /* strategic merge of a list of scalars: a set */
  gboolean retain_keys;  /* patchStrategy retainKeys */
  const char *list_key;  /* with merge_key, or alone: what tells a list's items apart in
                          * server-side apply */
  gboolean set;          /* a set there, but not in a strategic merge */
  gboolean atomic;       /* a map or list that has one owner there all the same */
  gboolean required;
  const char *fallback;      /* the default, as JSON text: "\"Always\"", "30", "{}" */
  const char *const *values; /* enum; NULL-terminated; NULL: any */
  const char *const *words; /* all that makes sense there, though the server takes or refuses others
                             * by itself; NULL: any */
  const char *description;  /* for OpenAPI and `kubectl explain` */
  KubeFieldPart part;
  const char *because; /* why it is inert, or what a cluster would do; NULL: it acts */
};

/* A named structure, shared by the kinds that embed it (PodSpec, LabelSelector ...). */
struct _KubeStruct
{
  const char *name; /* the OpenAPI schema: "io.k8s.api.core.v1.PodSpec" */
  const char *description;
  const KubeField *fields; /* ended by a field without a name */
  gboolean atomic;         /* has one owner in server-side apply */
};

/* One column of `kubectl get`. Either a path into the object or a function. A column without a
 * description has that of the field at its path. */
struct _KubeColumn
{
  const char *name;
  const char *type;      /* "string", "integer", "date", "boolean" */
  const char *format;    /* "name" for the first column, else "" (NULL) */
  int priority;          /* 1: only with -o wide */
  const char *json_path; /* of a custom resource: where the value is, instead of a path */
  const char *path;      /* dotted, "metadata.creationTimestamp" is rendered as an age */
  const char *absent;    /* the cell when the path leads nowhere: "<none>", "N/A" */
  DdValue *(*cell) (KubeApi *api, const SimObject *object);
  const char *description;
  int since, until; /* server minors that show it; 0: all */
};

/* Where a kind with a scale has its numbers: dotted paths. */
typedef struct
{
  const char *wanted, *current;
  const char *selector; /* a text; NULL: there is none */
} KubeScalePaths;

/* Problems found by a validation, in order: each becomes a cause of a 422 (metav1.StatusCause). */
typedef struct _KubeCauses KubeCauses;
void kube_causes_add (KubeCauses *causes, const char *reason, const char *field,
                      const char *message_format, ...) G_GNUC_PRINTF (4, 5);
/* Fields that are added from now on lie beneath PATH; NULL: they are the object's own again. */
void kube_causes_enter (KubeCauses *causes, const char *path);

enum
{
  KUBE_SUB_STATUS = 1 << 0,
  KUBE_SUB_SCALE = 1 << 1,
  KUBE_SUB_EVICTION = 1 << 2,
  KUBE_SUB_BINDING = 1 << 3,
  KUBE_SUB_LOG = 1 << 4,
  KUBE_SUB_TOKEN = 1 << 5,
};

enum
{
  KUBE_UNCONDITIONAL_UPDATE = 1 << 0,   /* PUT without resourceVersion is accepted */
  KUBE_KEEPS_STATUS_ON_CREATE = 1 << 1, /* Node */
  KUBE_GRACEFUL_DELETE = 1 << 2,        /* Pod: .spec.terminationGracePeriodSeconds, .spec.nodeName
                                         * and .status.phase decide how long it may take */
  KUBE_RETURNS_DELETED = 1 << 3,        /* DELETE answers with the object instead of a Status */
  KUBE_HAS_GENERATION = 1 << 4,
  KUBE_ORPHANS_BY_DEFAULT = 1 << 5,   /* batch/v1 Job, ReplicationController */
  KUBE_SPEC_FINALIZERS = 1 << 6,      /* Namespace: deletion waits for .spec.finalizers */
  KUBE_NO_DELETE_COLLECTION = 1 << 7, /* Namespace */
  KUBE_IS_SCOPE = 1 << 8,             /* Namespace: what namespaced objects live in */
  KUBE_IS_ALL_SPEC = 1 << 9,          /* EndpointSlice: all but metadata counts as its spec */
  KUBE_JSON_ONLY = 1 << 10,           /* no protobuf: custom resources and their definitions */
  KUBE_IS_ENDING = 1 << 11,           /* its definition is being deleted: nothing new is made */
  KUBE_IS_CONVERTED = 1 << 13,        /* by a webhook, from the version that is stored */
  KUBE_IS_ASKED = 1 << 14,            /* answered at once and never kept: reviews */
  KUBE_RATCHETS = 1 << 12,            /* what an update leaves as it was may break the schema */
};

/* What a name must look like (apimachinery's api/validation). */
typedef enum
{
  KUBE_NAME_SUBDOMAIN,    /* RFC 1123 subdomain: nearly every kind */
  KUBE_NAME_LABEL,        /* RFC 1123 label: Namespace */
  KUBE_NAME_LABEL_1035,   /* RFC 1035 label: Service */
  KUBE_NAME_PATH_SEGMENT, /* what fits between two slashes: Role */
} KubeNameRule;

/* How a deletion is to be done. */
typedef struct
{
  gint64 grace_seconds;         /* -1: the object's own */
  const char *uid;              /* precondition, or NULL */
  const char *resource_version; /* precondition, or NULL */
  const char *propagation; /* "Background", "Foreground", "Orphan" or NULL: the kind's default */
  gboolean dry_run;
  gboolean *out_removed; /* may be NULL; FALSE: it waits for its grace period or finalizers */
} KubeDelete;

#define KUBE_DELETE_DEFAULT ((KubeDelete) { .grace_seconds = -1 })

/* "Everything that can grow has a limit": of the whole cluster, and so of each workload. */
#define KUBE_MAX_PODS 20000

struct _KubeKind
{
  const char *group; /* "" for core */
  const char *version;
  const char *kind;
  const char *plural, *singular;
  const char *list_kind;          /* what a list of them is called; NULL: kind and "List" */
  const char *const *short_names; /* NULL-terminated, or NULL */
  const char *const *categories;  /* "all" */
  gboolean namespaced;
  guint subresources;
  guint flags;
  KubeNameRule name_rule;
  const char *storage;         /* etcd's name for the plural, where it is another: "minions" */
  const char *storage_version; /* where objects are kept in another version than this one */
  const KubeStruct *type;      /* the whole object: metadata, spec, status ... */
  const DdValue *schema;       /* of a custom resource: the JSON schema of all but metadata; its
                                * members are written in alphabetical order. NULL: TYPE says it all */
  const char *warning;         /* that goes with every answer about it; NULL: none */
  const KubeKind *stored_as; /* what keeps its objects, which other versions share; NULL: itself */
  /* Where a version has another shape than what is stored: an object of this one as it is stored,
   * and back; new references. Nothing may be lost on the way there and back. NULL: all versions
   * have the same. */
  DdValue *(*to_stored) (const DdValue *object);
  DdValue *(*from_stored) (const DdValue *stored);
  const KubeColumn *columns;            /* ended by a column without a name */
  const KubeScalePaths *scale;          /* NULL: spec.replicas, status.replicas and spec.selector */
  const char *const *selectable_fields; /* beyond metadata.name and metadata.namespace */
  const char *const *indexes;           /* dotted paths the store keeps an index of */
  guint max_objects;                    /* 0: as many as fit into etcd */

  /* What a table cannot say. All optional; generic code calls them and names no kind.
   * set_defaults: defaults that depend on other fields, which belong to who writes the object.
   * prepare_*: admission, whose work is nobody's. validate: OLD is NULL for a create. */
  void (*set_defaults) (DdValue **object);
  gboolean (*prepare_create) (KubeApi *api, DdValue **object, GError **error);
  gboolean (*prepare_update) (KubeApi *api, const SimObject *old, DdValue **object, GError **error);
  gboolean (*prepare_delete) (KubeApi *api, const SimObject *object, GError **error);
  /* After a write of the object of that name, or its removal: what the server itself makes of it.
   * It may write in turn. */
  void (*settle) (KubeApi *api, const KubeKind *kind, const char *name);
  /* A finalizer that its deletion begins with, for `settle` to take off. */
  const char *deletion_finalizer;
  /* For what needs the name and the uid, which a new object has only now. */
  void (*complete_create) (DdValue **object);
  void (*validate) (const DdValue *old, const DdValue *object, KubeCauses *causes);
  /* The value of a selectable field that is not simply its path. */
  char *(*field_value) (const SimObject *object, const char *field);
  /* Conditions of the object's row in a Table ("Completed" for a finished pod); NULL: none. */
  DdValue *(*row_conditions) (const SimObject *object);
  /* What its subresources eviction and binding do; with KUBE_SUB_EVICTION and KUBE_SUB_BINDING. */
  gboolean (*evict) (KubeApi *api, const char *namespace_, const char *name,
                     const KubeDelete *options, GError **error);
  gboolean (*bind) (KubeApi *api, const char *namespace_, const char *name, const DdValue *target,
                    GError **error);
  /* Of what is asked and never kept (KUBE_IS_ASKED): what BODY, sent by USER, is answered with,
   * without kind and apiVersion. */
  DdValue *(*answer) (KubeApi *api, const KubeUser *user, const char *namespace_,
                      const DdValue *body, GError **error);
  /* Of what stands for somebody (KUBE_SUB_TOKEN): the TokenRequest REQUEST with its answer, and
   * whom a token of one stands for; NULL: nobody. */
  DdValue *(*issue_token) (KubeApi *api, const SimObject *object, const DdValue *request,
                           GError **error);
  KubeUser *(*read_token) (KubeApi *api, const char *token);
  /* JSON texts of the objects that a new server starts with; NULL-terminated, or NULL. */
  const char *const *initial;
  gpointer (*view_new) (const DdValue *value);
  void (*view_free) (gpointer view);
};

/* The kinds that are served, ordered by group, version and plural: sim/kube/kinds/kinds.c, which
 * alone names them. */
extern const KubeKind *const kube_kinds[];
extern const guint kube_n_kinds;

/* What is sent and never stored, with a table all the same: sim/kube/kinds/messages.c. */
typedef struct
{
  const char *kind; /* of more than one group: DeleteOptions are of all */
  const KubeStruct *type;
} KubeMessage;

extern const KubeMessage kube_messages[];
extern const guint kube_n_messages;

/* NULL when TYPE (may be NULL) has no such field. */
const KubeField *kube_field_find (const KubeStruct *type, const char *name);

/* The table by which what calls itself KIND goes through protobuf, be it stored or a message, whose
 * version is not looked at; NULL when there is none. */
const KubeStruct *kube_type_find (const char *api_version, const char *kind);

/* Among the tables alone; sim/kube/catalogue.h knows what a server serves beyond. NULL when there
 * is no such kind. */
const KubeKind *kube_kind_find (const char *group, const char *version, const char *plural);
const KubeKind *kube_kind_find_by_name (const char *api_version, const char *kind);
/* The kind that namespaced objects live in. */
const KubeKind *kube_kind_of_scopes (void);
/* What a path, or an object, calls KIND. */
gboolean kube_kind_is (const KubeKind *kind, const char *group, const char *version,
                       const char *plural);
gboolean kube_kind_is_called (const KubeKind *kind, const char *api_version, const char *name);
/* What keeps the objects of KIND. */
const KubeKind *kube_kind_stored (const KubeKind *kind);
/* "v1", "apps/v1"; caller frees. */
char *kube_kind_api_version (const KubeKind *kind);
/* "pods", "deployments.apps": how error texts name a resource; caller frees. */
char *kube_kind_resource (const KubeKind *kind);

/* Structures that every kind shares (sim/kube/kinds/meta.c). */
extern const KubeStruct kube_object_meta;
extern const KubeStruct kube_list_meta;
extern const KubeStruct kube_label_selector;
extern const KubeStruct kube_condition;

G_END_DECLS
