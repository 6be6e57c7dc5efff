/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/container.c: the containers of a pod, and what the kubelet reports of each */
#include "config.h"

#include "sim/kube/kinds/structs.h"

static const KubeField container_port_fields[] = {
  { "name", KUBE_STRING, 1,
    KUBE_DOC (
        "A short service-style name, unique in the pod, that Services and probes can refer to."),
    KUBE_INERT ("Nothing connects to a port by its name.") },
  { "hostPort", KUBE_INT, 2,
    KUBE_DOC ("Port opened on the node itself; with host networking it must equal containerPort."),
    KUBE_ACTS },
  { "containerPort", KUBE_INT, 3, .required = TRUE,
    KUBE_DOC ("Where the process listens, from 1 to 65535."), KUBE_ACTS },
  { "protocol", KUBE_STRING, 4, .fallback = "\"TCP\"", .values = KUBE_VALUES ("SCTP", "TCP", "UDP"),
    KUBE_DOC ("Transport that the port speaks: TCP unless UDP or SCTP is chosen."), KUBE_ACTS },
  { "hostIP", KUBE_STRING, 5,
    KUBE_DOC ("Node address that hostPort is opened on; all addresses when empty."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct container_port = {
  "io.k8s.api.core.v1.ContainerPort",
  "A port on which a container listens, declared for others to find.",
  container_port_fields,
};

static const KubeField env_from_fields[] = {
  { "prefix", KUBE_STRING, 1,
    KUBE_DOC ("Put in front of every imported key to form the variable's name.") },
  KUBE_OBJECT_OF ("configMapRef", kube_optional_reference, 2, .pointer = TRUE,
                  KUBE_DOC ("Imports every entry of this ConfigMap as a variable.")),
  KUBE_OBJECT_OF ("secretRef", kube_optional_reference, 3, .pointer = TRUE,
                  KUBE_DOC ("Imports every entry of this Secret as a variable.")),
  { NULL },
};

static const KubeStruct env_from = {
  "io.k8s.api.core.v1.EnvFromSource",
  "Turns all entries of a ConfigMap or Secret into environment variables.",
  env_from_fields,
};

static const KubeField env_value_fields[] = {
  KUBE_OBJECT_OF (
      "fieldRef", kube_object_field_selector, 1, .pointer = TRUE,
      KUBE_DOC ("Copies something about the pod itself, such as its name, node or IP.")),
  KUBE_OBJECT_OF (
      "resourceFieldRef", kube_resource_field_selector, 2, .pointer = TRUE,
      KUBE_DOC ("Copies a limit or request of a container, for example its memory limit.")),
  KUBE_OBJECT_OF ("configMapKeyRef", kube_key_selector, 3, .pointer = TRUE,
                  KUBE_DOC ("Reads one entry of a ConfigMap in the same namespace.")),
  KUBE_OBJECT_OF ("secretKeyRef", kube_key_selector, 4, .pointer = TRUE,
                  KUBE_DOC ("Reads one entry of a Secret in the same namespace.")),
  { NULL },
};

static const KubeStruct env_value = {
  "io.k8s.api.core.v1.EnvVarSource",
  "Where to look up a variable's value when the container starts.",
  env_value_fields,
};

static const KubeField env_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("What the variable is called inside the container.") },
  { "value", KUBE_STRING, 2,
    KUBE_DOC ("Literal text; $(NAME) in it is replaced by a variable that was set earlier.") },
  KUBE_OBJECT_OF ("valueFrom", env_value, 3, .pointer = TRUE,
                  KUBE_DOC ("Looks the value up elsewhere; allowed only while value is empty.")),
  { NULL },
};

static const KubeStruct env = {
  "io.k8s.api.core.v1.EnvVar",
  "One environment variable for the container's process.",
  env_fields,
};

static const KubeField resource_claim_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Picks one of the claims that the pod declares in spec.resourceClaims.") },
  { "request", KUBE_STRING, 2,
    KUBE_DOC ("Grants only this request's devices; everything the claim holds when empty.") },
  { NULL },
};

static const KubeStruct resource_claim = {
  "io.k8s.api.core.v1.ResourceClaim",
  "Gives a container access to devices that its pod has claimed.",
  resource_claim_fields,
};

static const KubeField resources_fields[] = {
  { "limits", KUBE_MAP, 1, .element = KUBE_QUANTITY,
    KUBE_DOC ("Ceiling per resource: CPU use is throttled there, memory use beyond it gets "
              "processes killed."),
    KUBE_ACTS },
  { "requests", KUBE_MAP, 2, .element = KUBE_QUANTITY,
    KUBE_DOC ("Amounts the scheduler sets aside; copied from limits where absent, and never above "
              "them."),
    KUBE_ACTS },
  KUBE_LIST_OF ("claims", resource_claim, 3, .list_key = "name",
                KUBE_DOC ("Device claims of the pod that may be used here."),
                KUBE_NOT_MODELLED ("the container would wait for the devices that the pod claims")),
  { NULL },
};

const KubeStruct kube_resource_requirements = {
  "io.k8s.api.core.v1.ResourceRequirements",
  "How much of each resource is reserved, and how much may be used at most.",
  resources_fields,
};

static const KubeField resize_policy_fields[] = {
  { "resourceName", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Resource that the rule is about, cpu or memory.") },
  { "restartPolicy", KUBE_STRING, 2, .required = TRUE,
    .values = KUBE_VALUES ("NotRequired", "RestartContainer"),
    KUBE_DOC ("Whether a new amount takes effect in the running container or by restarting it.") },
  { NULL },
};

static const KubeStruct resize_policy = {
  "io.k8s.api.core.v1.ContainerResizePolicy",
  "Says if changing one resource in place costs a restart.",
  resize_policy_fields,
};

static const KubeField volume_mount_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Which of the pod's volumes to mount.") },
  { "readOnly", KUBE_BOOL, 2,
    KUBE_DOC ("Forbids writes through this mount; they are allowed by default.") },
  { "recursiveReadOnly", KUBE_STRING, 7, .pointer = TRUE,
    KUBE_DOC ("Extends readOnly to mounts nested below: Disabled (the default), IfPossible or "
              "Enabled.") },
  { "mountPath", KUBE_STRING, 3, .required = TRUE,
    KUBE_DOC ("Where the volume appears in the container; no colon is allowed.") },
  { "subPath", KUBE_STRING, 4,
    KUBE_DOC ("File or folder of the volume to mount instead of its root.") },
  { "mountPropagation", KUBE_STRING, 5, .pointer = TRUE,
    .values = KUBE_VALUES ("Bidirectional", "HostToContainer", "None"),
    KUBE_DOC (
        "Whether later mounts carry over: from the host, both ways, or by default not at all.") },
  { "subPathExpr", KUBE_STRING, 6,
    KUBE_DOC ("A subPath in which $(NAME) stands for an environment variable; excludes subPath "
              "itself.") },
  { NULL },
};

static const KubeStruct volume_mount = {
  "io.k8s.api.core.v1.VolumeMount",
  "Makes one of the pod's volumes visible in a container's file system.",
  volume_mount_fields,
};

static const KubeField volume_device_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("The pod's volume to attach; a persistent volume claim must back it.") },
  { "devicePath", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC ("Device file that the process opens, such as /dev/xvda.") },
  { NULL },
};

static const KubeStruct volume_device = {
  "io.k8s.api.core.v1.VolumeDevice",
  "Hands a volume to the container as a raw block device, without a file system.",
  volume_device_fields,
};

static const KubeField exec_fields[] = {
  KUBE_LIST_OF_STRINGS (
      "command", 1,
      KUBE_DOC (
          "Program and arguments, started in / without a shell; exit status 0 means success."),
      KUBE_ACTS),
  { NULL },
};

static const KubeStruct exec_action = {
  "io.k8s.api.core.v1.ExecAction",
  "Runs a program inside the container.",
  exec_fields,
};

static const KubeField http_header_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Which header to send, for example Host.") },
  { "value", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("Text that follows the header's name.") },
  { NULL },
};

static const KubeStruct http_header = {
  "io.k8s.api.core.v1.HTTPHeader",
  "An extra header that the kubelet sends with its request.",
  http_header_fields,
};

static const KubeField http_get_fields[] = {
  { "path", KUBE_STRING, 1, .fallback = "\"/\"",
    KUBE_DOC ("What to request from the server, / by default.") },
  { "port", KUBE_INT_OR_STRING, 2, .required = TRUE,
    KUBE_DOC ("From 1 to 65535, or the name of one of the container's ports.") },
  { "host", KUBE_STRING, 3, KUBE_DOC ("Server to contact; the pod's own IP unless set.") },
  { "scheme", KUBE_STRING, 4, .fallback = "\"HTTP\"", .values = KUBE_VALUES ("HTTP", "HTTPS"),
    KUBE_DOC ("HTTP by default; HTTPS encrypts but leaves the certificate unverified.") },
  KUBE_LIST_OF ("httpHeaders", http_header, 5,
                KUBE_DOC ("Headers added to the request; one may appear more than once.")),
  { NULL },
};

static const KubeStruct http_get = {
  "io.k8s.api.core.v1.HTTPGetAction",
  "Fetches a URL; a probe takes any status from 200 to 399 as success.",
  http_get_fields,
};

static const KubeField tcp_socket_fields[] = {
  { "port", KUBE_INT_OR_STRING, 1, .required = TRUE,
    KUBE_DOC ("Which port to dial: 1 to 65535, or a name from the container's ports.") },
  { "host", KUBE_STRING, 2, KUBE_DOC ("Address to dial, by default the pod's own.") },
  { NULL },
};

static const KubeStruct tcp_socket = {
  "io.k8s.api.core.v1.TCPSocketAction",
  "Opens a TCP connection, and is content if that succeeds.",
  tcp_socket_fields,
};

static const KubeField grpc_fields[] = {
  { "port", KUBE_INT, 1, .required = TRUE,
    KUBE_DOC ("Where the health service listens, from 1 to 65535.") },
  { "service", KUBE_STRING, 2, .pointer = TRUE, .fallback = "\"\"",
    KUBE_DOC (
        "Asked about in the health check; empty, the default, means the server as a whole.") },
  { NULL },
};

static const KubeStruct grpc = {
  "io.k8s.api.core.v1.GRPCAction",
  "Calls the standard gRPC health check of a server in the container.",
  grpc_fields,
};

static const KubeField probe_fields[] = {
  KUBE_OBJECT_OF ("exec", exec_action, 1, .within = 1, .pointer = TRUE,
                  KUBE_DOC ("Passes if this command exits with 0."),
                  KUBE_INERT ("Annotations say how the program fares, not its answers.")),
  KUBE_OBJECT_OF ("httpGet", http_get, 2, .within = 1, .pointer = TRUE,
                  KUBE_DOC ("Passes if this URL answers with a status from 200 to 399."),
                  KUBE_INERT ("Annotations say how the program fares, not its answers.")),
  KUBE_OBJECT_OF ("tcpSocket", tcp_socket, 3, .within = 1, .pointer = TRUE,
                  KUBE_DOC ("Passes if this port accepts a connection."),
                  KUBE_INERT ("Annotations say how the program fares, not its answers.")),
  KUBE_OBJECT_OF ("grpc", grpc, 4, .within = 1, .pointer = TRUE,
                  KUBE_DOC ("Passes if the gRPC health service answers SERVING."),
                  KUBE_INERT ("Annotations say how the program fares, not its answers.")),
  { "initialDelaySeconds", KUBE_INT, 2,
    KUBE_DOC ("Seconds to hold off checks after the container has started; none by default."),
    KUBE_ACTS },
  { "timeoutSeconds", KUBE_INT, 3, .fallback = "1",
    KUBE_DOC ("Seconds an attempt may take, 1 unless set; a slower one counts as failed."),
    KUBE_INERT ("Annotations say when the program is ready, whatever the rhythm of the checks.") },
  { "periodSeconds", KUBE_INT, 4, .fallback = "10",
    KUBE_DOC ("Seconds from one check to the next, 10 by default and at least 1."),
    KUBE_INERT ("Annotations say when the program is ready, whatever the rhythm of the checks.") },
  { "successThreshold", KUBE_INT, 5, .fallback = "1",
    KUBE_DOC ("Passes in a row that turn failure into success; always 1 for liveness and startup."),
    KUBE_INERT ("Annotations say when the program is ready, whatever the rhythm of the checks.") },
  { "failureThreshold", KUBE_INT, 6, .fallback = "3",
    KUBE_DOC ("Failures in a row before the kubelet acts on them, 3 by default."),
    KUBE_INERT ("Annotations say when the program is ready, whatever the rhythm of the checks.") },
  { "terminationGracePeriodSeconds", KUBE_INT, 7, .pointer = TRUE,
    KUBE_DOC ("Replaces the pod's grace period, in seconds, when this probe gets the container "
              "killed."),
    KUBE_INERT ("No probe gets a container killed.") },
  { NULL },
};

static const KubeStruct probe = {
  "io.k8s.api.core.v1.Probe",
  "A check the kubelet repeats to learn if a container has started, works or can serve.",
  probe_fields,
};

static const KubeField sleep_fields[] = {
  { "seconds", KUBE_INT, 1, .required = TRUE,
    KUBE_DOC ("Seconds to pause, at most the pod's grace period."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct sleep_action = {
  "io.k8s.api.core.v1.SleepAction",
  "Waits, typically so that traffic can drain before the container stops.",
  sleep_fields,
};

static const KubeField lifecycle_handler_fields[] = {
  KUBE_OBJECT_OF ("exec", exec_action, 1, .pointer = TRUE,
                  KUBE_DOC ("Runs a command in the container."), KUBE_ACTS),
  KUBE_OBJECT_OF (
      "httpGet", http_get, 2, .pointer = TRUE, KUBE_DOC ("Sends a GET request to the container."),
      KUBE_INERT (
          "How long the program takes to answer is for the annotations of the hooks to say.")),
  KUBE_OBJECT_OF (
      "tcpSocket", tcp_socket, 3, .pointer = TRUE,
      KUBE_DOC ("Do not use: old manifests with it are accepted, but such a hook fails when run."),
      KUBE_INERT ("Such a hook does nothing.")),
  KUBE_OBJECT_OF ("sleep", sleep_action, 4, .pointer = TRUE, KUBE_DOC ("Pauses for a fixed time."),
                  KUBE_ACTS),
  { NULL },
};

static const KubeStruct lifecycle_handler = {
  "io.k8s.api.core.v1.LifecycleHandler",
  "What a hook does; exactly one of the members is set.",
  lifecycle_handler_fields,
};

static const KubeField lifecycle_fields[] = {
  KUBE_OBJECT_OF (
      "postStart", lifecycle_handler, 1, .pointer = TRUE,
      KUBE_DOC ("Runs alongside the entrypoint of a new container, which is killed if this fails."),
      KUBE_ACTS),
  KUBE_OBJECT_OF ("preStop", lifecycle_handler, 2, .pointer = TRUE,
                  KUBE_DOC ("Runs before the stop signal, within the grace period; skipped if the "
                            "process ends by itself."),
                  KUBE_ACTS),
  { "stopSignal", KUBE_STRING, 3, .pointer = TRUE,
    KUBE_DOC ("Signal that asks the process to end, in place of the image's own or SIGTERM."),
    KUBE_INERT ("Annotations say how the program takes its signal.") },
  { NULL },
};

static const KubeStruct lifecycle = {
  "io.k8s.api.core.v1.Lifecycle",
  "Hooks that run as a container starts and before it stops.",
  lifecycle_fields,
};

static const KubeField capabilities_fields[] = {
  KUBE_LIST_OF_STRINGS ("add", 1,
                        KUBE_DOC ("Privileges granted on top of the runtime's usual set.")),
  KUBE_LIST_OF_STRINGS ("drop", 2,
                        KUBE_DOC ("Privileges taken away, such as NET_RAW, or ALL of them.")),
  { NULL },
};

static const KubeStruct capabilities = {
  "io.k8s.api.core.v1.Capabilities",
  "Changes to the Linux capabilities that the runtime gives a container.",
  capabilities_fields,
};

static const KubeField security_context_fields[] = {
  KUBE_OBJECT_OF ("capabilities", capabilities, 1, .pointer = TRUE,
                  KUBE_DOC ("Linux capabilities to grant or withhold.")),
  { "privileged", KUBE_BOOL, 2, .pointer = TRUE,
    KUBE_DOC ("Gives processes nearly the power of root on the node; off by default.") },
  KUBE_OBJECT_OF ("seLinuxOptions", kube_se_linux_options, 3, .pointer = TRUE,
                  KUBE_DOC ("SELinux label of the container, in place of the pod's.")),
  KUBE_OBJECT_OF ("windowsOptions", kube_windows_options, 10, .pointer = TRUE,
                  KUBE_DOC ("Identity and host access on Windows nodes, in place of the pod's.")),
  { "runAsUser", KUBE_INT, 4, .pointer = TRUE,
    KUBE_DOC ("UID of the first process; if unset, the pod's choice, then the image's.") },
  { "runAsGroup", KUBE_INT, 8, .pointer = TRUE,
    KUBE_DOC (
        "Primary GID of the first process; if unset, the pod's choice, then the runtime's.") },
  { "runAsNonRoot", KUBE_BOOL, 5, .pointer = TRUE,
    KUBE_DOC ("Makes the kubelet refuse to start the container as UID 0.") },
  { "readOnlyRootFilesystem", KUBE_BOOL, 6, .pointer = TRUE,
    KUBE_DOC ("Blocks writes outside mounted volumes; off by default.") },
  { "allowPrivilegeEscalation", KUBE_BOOL, 7, .pointer = TRUE,
    KUBE_DOC (
        "Whether setuid programs and the like may gain rights; always true when privileged.") },
  { "procMount", KUBE_STRING, 9, .pointer = TRUE,
    KUBE_DOC (
        "Default hides parts of /proc; Unmasked shows all of it and needs hostUsers false.") },
  KUBE_OBJECT_OF ("seccompProfile", kube_profile, 11, .pointer = TRUE,
                  KUBE_DOC ("Filter on system calls, in place of the pod's.")),
  KUBE_OBJECT_OF ("appArmorProfile", kube_profile, 12, .pointer = TRUE,
                  KUBE_DOC ("AppArmor confinement, in place of the pod's.")),
  { NULL },
};

static const KubeStruct security_context = {
  "io.k8s.api.core.v1.SecurityContext",
  "Privileges and confinement of one container; they override the pod's.",
  security_context_fields,
};

/* What containers and ephemeral containers have in common. */
#define CONTAINER_FIELDS(within_) \
  { "name", \
    KUBE_STRING, \
    1, \
    .within = within_, \
    .required = TRUE, \
    KUBE_DOC ("A DNS label, unique in the pod, that stays the same for the pod's life."), \
    KUBE_ACTS }, \
      { "image", \
        KUBE_STRING, \
        2, \
        .within = within_, \
        KUBE_DOC ("What to run: registry, repository, and a tag or digest."), \
        KUBE_ACTS }, \
      KUBE_LIST_OF_STRINGS ( \
          "command", 3, .within = within_, \
          KUBE_DOC ("Replaces the image's ENTRYPOINT; started directly, not through a shell."), \
          KUBE_ACTS), \
      KUBE_LIST_OF_STRINGS ( \
          "args", 4, .within = within_, \
          KUBE_DOC ("Replaces the image's CMD; $(NAME) stands for an environment variable."), \
          KUBE_ACTS), \
      { "workingDir", \
        KUBE_STRING, \
        5, \
        .within = within_, \
        KUBE_DOC ("Directory the process starts in; the image's choice if empty."), \
        KUBE_INERT ("No program runs that would be there.") }, \
      KUBE_LIST_OF ("ports", container_port, 6, .within = within_, .merge_key = "containerPort", \
                    .list_key = "protocol", \
                    KUBE_DOC ("Ports the process listens on; leaving one out does not close it."), \
                    KUBE_ACTS), \
      KUBE_LIST_OF ( \
          "envFrom", env_from, 19, .within = within_, \
          KUBE_DOC ( \
              "Imports whole ConfigMaps and Secrets; later ones win, and env wins over all."), \
          KUBE_INERT ("No program reads it, and what it names is taken to exist.")), \
      KUBE_LIST_OF ("env", env, 7, .within = within_, .merge_key = "name", \
                    KUBE_DOC ("Variables given one by one; fixed once the pod exists."), \
                    KUBE_INERT ("No program reads it, and what it names is taken to exist.")), \
      KUBE_OBJECT_OF ( \
          "resources", kube_resource_requirements, 8, .within = within_, .fallback = "{}", \
          KUBE_DOC ("Amounts of CPU, memory and the like to reserve, and to allow at most."), \
          KUBE_ACTS), \
      KUBE_LIST_OF ( \
          "resizePolicy", resize_policy, 23, .within = within_, \
          KUBE_DOC ("For each resource, whether resizing it in place restarts the container."), \
          KUBE_INERT ("Nothing is resized in place.")), \
      { "restartPolicy", \
        KUBE_STRING, \
        24, \
        .within = within_, \
        .pointer = TRUE, \
        KUBE_DOC ("Always, set on an init container, makes it a sidecar; other containers leave " \
                  "this empty."), \
        KUBE_ACTS }, \
      KUBE_LIST_OF ( \
          "volumeMounts", volume_mount, 9, .within = within_, .merge_key = "mountPath", \
          KUBE_DOC ( \
              "Where the pod's volumes appear in the container; fixed once the pod exists."), \
          KUBE_INERT ("It takes no time; what is mounted may.")), \
      KUBE_LIST_OF ("volumeDevices", volume_device, 21, .within = within_, \
                    .merge_key = "devicePath", \
                    KUBE_DOC ("Volumes handed over as raw block devices."), \
                    KUBE_INERT ("It takes no time; what is handed over may.")), \
      KUBE_OBJECT_OF ("livenessProbe", probe, 10, .within = within_, .pointer = TRUE, \
                      KUBE_DOC ("Tells if the container still works; if not, the kubelet " \
                                "restarts it as restartPolicy allows."), \
                      KUBE_INERT ("Annotations say how the program fares, not its answers.")), \
      KUBE_OBJECT_OF ("readinessProbe", probe, 11, .within = within_, .pointer = TRUE, \
                      KUBE_DOC ("Tells if the container can serve; while it fails, Services send " \
                                "the pod no traffic."), \
                      KUBE_ACTS), \
      KUBE_OBJECT_OF ( \
          "startupProbe", probe, 22, .within = within_, .pointer = TRUE, \
          KUBE_DOC ( \
              "Holds back the other probes until it passes; failure gets the container killed."), \
          KUBE_ACTS), \
      KUBE_OBJECT_OF ( \
          "lifecycle", lifecycle, 12, .within = within_, .pointer = TRUE, \
          KUBE_DOC ( \
              "Hooks to run after the start and before the stop; fixed once the pod exists."), \
          KUBE_ACTS), \
      { "terminationMessagePath", \
        KUBE_STRING, \
        13, \
        .within = within_, \
        .fallback = "\"/dev/termination-log\"", \
        KUBE_DOC ( \
            "File for the process's last words, of which the status shows up to 4096 bytes."), \
        KUBE_INERT ("Programs leave no last words.") }, \
      { "terminationMessagePolicy", \
        KUBE_STRING, \
        20, \
        .within = within_, \
        .fallback = "\"File\"", \
        .values = KUBE_VALUES ("FallbackToLogsOnError", "File"), \
        KUBE_DOC ("FallbackToLogsOnError shows the end of the log if a failed container left no " \
                  "message."), \
        KUBE_INERT ("Programs leave no last words.") }, \
      { "imagePullPolicy", \
        KUBE_STRING, \
        14, \
        .within = within_, \
        .values = KUBE_VALUES ("Always", "IfNotPresent", "Never"), \
        KUBE_DOC ("When to pull; latest, even if only implied, defaults to Always, the rest to " \
                  "IfNotPresent."), \
        KUBE_ACTS }, \
      KUBE_OBJECT_OF ( \
          "securityContext", security_context, 15, .within = within_, .pointer = TRUE, \
          KUBE_DOC ( \
              "Privileges and confinement, where they differ from what the pod sets for all."), \
          KUBE_INERT ("Every container may run as it asks to.")), \
      { "stdin", \
        KUBE_BOOL, \
        16, \
        .within = within_, \
        KUBE_DOC ("Keeps standard input open for attaching; without it, reads meet end of file."), \
        KUBE_INERT ("Nobody attaches to a container.") }, \
      { "stdinOnce", \
        KUBE_BOOL, \
        17, \
        .within = within_, \
        KUBE_DOC ("Closes standard input for good when the first attached client leaves."), \
        KUBE_INERT ("Nobody attaches to a container.") }, \
  { \
    "tty", KUBE_BOOL, 18, .within = within_, \
                          KUBE_DOC ("Gives the process a terminal; only together with stdin."), \
                          KUBE_INERT ("Nobody attaches to a container.") \
  }

static const KubeField container_fields[] = {
  CONTAINER_FIELDS (0),
  { NULL },
};

const KubeStruct kube_container = {
  "io.k8s.api.core.v1.Container",
  "An image to run as part of a pod, and how to run it.",
  container_fields,
};

static const KubeField ephemeral_container_fields[] = {
  CONTAINER_FIELDS (1),
  { "targetContainerName", KUBE_STRING, 2,
    KUBE_DOC ("Container whose namespaces, notably PID, to enter; if empty, those the pod's spec "
              "calls for."),
    KUBE_INERT ("Nobody debugs.") },
  { NULL },
};

const KubeStruct kube_ephemeral_container = {
  "io.k8s.api.core.v1.EphemeralContainer",
  "A container added to a running pod for debugging; it is never restarted.",
  ephemeral_container_fields,
};

static const KubeField waiting_fields[] = {
  { "reason", KUBE_STRING, 1,
    KUBE_DOC ("One CamelCase word, such as ImagePullBackOff or CrashLoopBackOff.") },
  { "message", KUBE_STRING, 2, KUBE_DOC ("Explains in prose what holds up the start.") },
  { NULL },
};

static const KubeStruct waiting = {
  "io.k8s.api.core.v1.ContainerStateWaiting",
  "A container whose start is still ahead, or put off after a crash.",
  waiting_fields,
};

static const KubeField running_fields[] = {
  { "startedAt", KUBE_TIME, 1, KUBE_DOC ("When the present run began.") },
  { NULL },
};

static const KubeStruct running = {
  "io.k8s.api.core.v1.ContainerStateRunning",
  "A container whose process is alive.",
  running_fields,
};

static const KubeField terminated_fields[] = {
  { "exitCode", KUBE_INT, 1, .fallback = "0",
    KUBE_DOC (
        "What the process returned: 0 for success, usually 128 plus N if signal N killed it.") },
  { "signal", KUBE_INT, 2,
    KUBE_DOC ("Number of the signal that ended the process, where the runtime tells.") },
  { "reason", KUBE_STRING, 3,
    KUBE_DOC ("One CamelCase word, such as Completed, Error or OOMKilled.") },
  { "message", KUBE_STRING, 4,
    KUBE_DOC ("What the process left as its termination message, or the runtime's error.") },
  { "startedAt", KUBE_TIME, 5, KUBE_DOC ("When the run that is now over began.") },
  { "finishedAt", KUBE_TIME, 6, KUBE_DOC ("When the process exited.") },
  { "containerID", KUBE_STRING, 7,
    KUBE_DOC ("Identifies the ended container to its runtime, as <runtime>://<id>.") },
  { NULL },
};

static const KubeStruct terminated = {
  "io.k8s.api.core.v1.ContainerStateTerminated",
  "A container whose run is over, in success or failure.",
  terminated_fields,
};

static const KubeField state_fields[] = {
  KUBE_OBJECT_OF ("waiting", waiting, 1, .pointer = TRUE,
                  KUBE_DOC ("Set before a start, and between a crash and the next try.")),
  KUBE_OBJECT_OF ("running", running, 2, .pointer = TRUE,
                  KUBE_DOC ("Set as long as the process lives.")),
  KUBE_OBJECT_OF ("terminated", terminated, 3, .pointer = TRUE,
                  KUBE_DOC ("Set once the process has ended.")),
  { NULL },
};

static const KubeStruct state = {
  "io.k8s.api.core.v1.ContainerState",
  "What a container is doing; with no member set, it is waiting.",
  state_fields,
};

static const KubeField mount_status_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Which of the pod's volumes this is.") },
  { "mountPath", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC ("Where in the container it was mounted.") },
  { "readOnly", KUBE_BOOL, 3, KUBE_DOC ("Whether writes through the mount are refused.") },
  { "recursiveReadOnly", KUBE_STRING, 4, .pointer = TRUE,
    KUBE_DOC ("Enabled or Disabled, as the node settled it; absent for writable mounts.") },
  { NULL },
};

static const KubeStruct mount_status = {
  "io.k8s.api.core.v1.VolumeMountStatus",
  "How a volume actually came to be mounted.",
  mount_status_fields,
};

static const KubeField status_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Links this to the container of the same name in the spec.") },
  KUBE_OBJECT_OF ("state", state, 2, .fallback = "{}",
                  KUBE_DOC ("What the container is doing now.")),
  KUBE_OBJECT_OF ("lastState", state, 3, .fallback = "{}",
                  KUBE_DOC ("How the previous run ended, kept to explain a restart.")),
  { "ready", KUBE_BOOL, 4, .fallback = "false",
    KUBE_DOC ("True while the container runs and its readiness probe, if any, passes.") },
  { "restartCount", KUBE_INT, 5, .fallback = "0",
    KUBE_DOC ("How often the kubelet has started it anew; a node reboot may reset this.") },
  { "image", KUBE_STRING, 6, .fallback = "\"\"",
    KUBE_DOC ("Image in use, possibly under another name than in the spec.") },
  { "imageID", KUBE_STRING, 7, .fallback = "\"\"",
    KUBE_DOC ("Digest or local ID of that image, as the runtime gives it.") },
  { "containerID", KUBE_STRING, 8,
    KUBE_DOC ("Identifies the present container to its runtime, as <runtime>://<id>.") },
  { "started", KUBE_BOOL, 9, .pointer = TRUE,
    KUBE_DOC ("Whether start-up is over: startup probe passed, postStart hook done; resets at a "
              "restart.") },
  { "allocatedResources", KUBE_MAP, 10, .element = KUBE_QUANTITY,
    KUBE_DOC ("Requests the node has granted, which during a resize may differ from the spec.") },
  KUBE_OBJECT_OF ("resources", kube_resource_requirements, 11, .pointer = TRUE,
                  KUBE_DOC ("Requests and limits in force on the container at present.")),
  KUBE_LIST_OF ("volumeMounts", mount_status, 12, .merge_key = "mountPath",
                KUBE_DOC ("How each volume ended up mounted in this container.")),
  { NULL },
};

const KubeStruct kube_container_status = {
  "io.k8s.api.core.v1.ContainerStatus",
  "What the kubelet reports of one container.",
  status_fields,
};
