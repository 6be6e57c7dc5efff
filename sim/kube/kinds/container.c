/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/container.c: the containers of a pod, and what the kubelet reports of each */
#include "config.h"

#include "sim/kube/kinds/structs.h"

static const KubeField container_port_fields[] = {
  { "name", KUBE_STRING,
    KUBE_DOC ("If specified, this must be an IANA_SVC_NAME and unique within the pod.") },
  { "hostPort", KUBE_INT, KUBE_DOC ("Number of port to expose on the host.") },
  { "containerPort", KUBE_INT, .required = TRUE,
    KUBE_DOC ("Number of port to expose on the pod's IP address. This must be a valid port number, "
              "0 < x < 65536.") },
  { "protocol", KUBE_STRING, .fallback = "\"TCP\"", .values = KUBE_VALUES ("SCTP", "TCP", "UDP"),
    KUBE_DOC ("Protocol for port. Must be UDP, TCP, or SCTP. Defaults to \"TCP\".") },
  { "hostIP", KUBE_STRING, KUBE_DOC ("What host IP to bind the external port to.") },
  { NULL },
};

static const KubeStruct container_port = {
  "io.k8s.api.core.v1.ContainerPort",
  "ContainerPort represents a network port in a single container.",
  container_port_fields,
};

static const KubeField env_from_fields[] = {
  { "prefix", KUBE_STRING,
    KUBE_DOC ("Optional text to prepend to the name of each environment variable.") },
  KUBE_OBJECT_OF ("configMapRef", kube_optional_reference,
                  KUBE_DOC ("The ConfigMap to select from.")),
  KUBE_OBJECT_OF ("secretRef", kube_optional_reference, KUBE_DOC ("The Secret to select from.")),
  { NULL },
};

static const KubeStruct env_from = {
  "io.k8s.api.core.v1.EnvFromSource",
  "EnvFromSource represents the source of a set of ConfigMaps or Secrets.",
  env_from_fields,
};

static const KubeField env_value_fields[] = {
  KUBE_OBJECT_OF ("fieldRef", kube_object_field_selector, KUBE_DOC ("Selects a field of the pod.")),
  KUBE_OBJECT_OF ("resourceFieldRef", kube_resource_field_selector,
                  KUBE_DOC ("Selects a resource of the container.")),
  KUBE_OBJECT_OF ("configMapKeyRef", kube_key_selector, KUBE_DOC ("Selects a key of a ConfigMap.")),
  KUBE_OBJECT_OF ("secretKeyRef", kube_key_selector,
                  KUBE_DOC ("Selects a key of a secret in the pod's namespace.")),
  { NULL },
};

static const KubeStruct env_value = {
  "io.k8s.api.core.v1.EnvVarSource",
  "EnvVarSource represents a source for the value of an EnvVar.",
  env_value_fields,
};

static const KubeField env_fields[] = {
  { "name", KUBE_STRING, .required = TRUE, KUBE_DOC ("Name of the environment variable.") },
  { "value", KUBE_STRING,
    KUBE_DOC ("Value of the environment variable. Variable references $(VAR_NAME) are expanded "
              "using the previously defined environment variables in the container.") },
  KUBE_OBJECT_OF (
      "valueFrom", env_value,
      KUBE_DOC (
          "Source for the environment variable's value. Cannot be used if value is not empty.")),
  { NULL },
};

static const KubeStruct env = {
  "io.k8s.api.core.v1.EnvVar",
  "EnvVar represents an environment variable present in a Container.",
  env_fields,
};

static const KubeField resource_claim_fields[] = {
  { "name", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Name must match the name of one entry in pod.spec.resourceClaims of the Pod where "
              "this field is used.") },
  { "request", KUBE_STRING,
    KUBE_DOC ("Request is the name chosen for a request in the referenced claim.") },
  { NULL },
};

static const KubeStruct resource_claim = {
  "io.k8s.api.core.v1.ResourceClaim",
  "ResourceClaim references one entry in PodSpec.ResourceClaims.",
  resource_claim_fields,
};

static const KubeField resources_fields[] = {
  { "limits", KUBE_MAP, .element = KUBE_QUANTITY,
    KUBE_DOC ("Limits describes the maximum amount of compute resources allowed. More info: "
              "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/") },
  { "requests", KUBE_MAP, .element = KUBE_QUANTITY,
    KUBE_DOC ("Requests describes the minimum amount of compute resources required. If Requests is "
              "omitted for a container, it defaults to Limits if that is explicitly specified, "
              "otherwise to an implementation-defined value. Requests cannot exceed Limits.") },
  KUBE_LIST_OF ("claims", resource_claim,
                KUBE_DOC ("Claims lists the names of resources, defined in spec.resourceClaims, "
                          "that are used by this container.")),
  { NULL },
};

const KubeStruct kube_resource_requirements = {
  "io.k8s.api.core.v1.ResourceRequirements",
  "ResourceRequirements describes the compute resource requirements.",
  resources_fields,
};

static const KubeField resize_policy_fields[] = {
  { "resourceName", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Name of the resource to which this resource resize policy applies.") },
  { "restartPolicy", KUBE_STRING, .required = TRUE,
    .values = KUBE_VALUES ("NotRequired", "RestartContainer"),
    KUBE_DOC ("Restart policy to apply when specified resource is resized.") },
  { NULL },
};

static const KubeStruct resize_policy = {
  "io.k8s.api.core.v1.ContainerResizePolicy",
  "ContainerResizePolicy represents resource resize policy for the container.",
  resize_policy_fields,
};

static const KubeField volume_mount_fields[] = {
  { "name", KUBE_STRING, .required = TRUE, KUBE_DOC ("This must match the Name of a Volume.") },
  { "readOnly", KUBE_BOOL,
    KUBE_DOC ("Mounted read-only if true, read-write otherwise (false or unspecified).") },
  { "recursiveReadOnly", KUBE_STRING,
    KUBE_DOC (
        "RecursiveReadOnly specifies whether read-only mounts should be handled recursively.") },
  { "mountPath", KUBE_STRING, .required = TRUE,
    KUBE_DOC (
        "Path within the container at which the volume should be mounted. Must not contain ':'.") },
  { "subPath", KUBE_STRING,
    KUBE_DOC ("Path within the volume from which the container's volume should be mounted.") },
  { "mountPropagation", KUBE_STRING,
    .values = KUBE_VALUES ("Bidirectional", "HostToContainer", "None"),
    KUBE_DOC ("mountPropagation determines how mounts are propagated from the host to container "
              "and the other way around.") },
  { "subPathExpr", KUBE_STRING,
    KUBE_DOC (
        "Expanded path within the volume from which the container's volume should be mounted.") },
  { NULL },
};

static const KubeStruct volume_mount = {
  "io.k8s.api.core.v1.VolumeMount",
  "VolumeMount describes a mounting of a Volume within a container.",
  volume_mount_fields,
};

static const KubeField volume_device_fields[] = {
  { "name", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("name must match the name of a persistentVolumeClaim in the pod.") },
  { "devicePath", KUBE_STRING, .required = TRUE,
    KUBE_DOC (
        "devicePath is the path inside of the container that the device will be mapped to.") },
  { NULL },
};

static const KubeStruct volume_device = {
  "io.k8s.api.core.v1.VolumeDevice",
  "volumeDevice describes a mapping of a raw block device within a container.",
  volume_device_fields,
};

static const KubeField exec_fields[] = {
  KUBE_LIST_OF_STRINGS (
      "command",
      KUBE_DOC ("Command is the command line to execute inside the container, the working "
                "directory for the command is root ('/') in the container's filesystem.")),
  { NULL },
};

static const KubeStruct exec_action = {
  "io.k8s.api.core.v1.ExecAction",
  "ExecAction describes a \"run in container\" action.",
  exec_fields,
};

static const KubeField http_header_fields[] = {
  { "name", KUBE_STRING, .required = TRUE, KUBE_DOC ("The header field name.") },
  { "value", KUBE_STRING, .required = TRUE, KUBE_DOC ("The header field value") },
  { NULL },
};

static const KubeStruct http_header = {
  "io.k8s.api.core.v1.HTTPHeader",
  "HTTPHeader describes a custom header to be used in HTTP probes",
  http_header_fields,
};

static const KubeField http_get_fields[] = {
  { "path", KUBE_STRING, .fallback = "\"/\"", KUBE_DOC ("Path to access on the HTTP server.") },
  { "port", KUBE_INT_OR_STRING, .required = TRUE,
    KUBE_DOC ("Name or number of the port to access on the container.") },
  { "host", KUBE_STRING, KUBE_DOC ("Host name to connect to, defaults to the pod IP.") },
  { "scheme", KUBE_STRING, .fallback = "\"HTTP\"", .values = KUBE_VALUES ("HTTP", "HTTPS"),
    KUBE_DOC ("Scheme to use for connecting to the host. Defaults to HTTP.") },
  KUBE_LIST_OF ("httpHeaders", http_header,
                KUBE_DOC ("Custom headers to set in the request. HTTP allows repeated headers.")),
  { NULL },
};

static const KubeStruct http_get = {
  "io.k8s.api.core.v1.HTTPGetAction",
  "HTTPGetAction describes an action based on HTTP Get requests.",
  http_get_fields,
};

static const KubeField tcp_socket_fields[] = {
  { "port", KUBE_INT_OR_STRING, .required = TRUE,
    KUBE_DOC ("Number or name of the port to access on the container.") },
  { "host", KUBE_STRING, KUBE_DOC ("Optional: Host name to connect to, defaults to the pod IP.") },
  { NULL },
};

static const KubeStruct tcp_socket = {
  "io.k8s.api.core.v1.TCPSocketAction",
  "TCPSocketAction describes an action based on opening a socket",
  tcp_socket_fields,
};

static const KubeField grpc_fields[] = {
  { "port", KUBE_INT, .required = TRUE,
    KUBE_DOC ("Port number of the gRPC service. Number must be in the range 1 to 65535.") },
  { "service", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("Service is the name of the service to place in the gRPC HealthCheckRequest.") },
  { NULL },
};

static const KubeStruct grpc = {
  "io.k8s.api.core.v1.GRPCAction",
  "GRPCAction specifies an action involving a GRPC service.",
  grpc_fields,
};

static const KubeField probe_fields[] = {
  KUBE_OBJECT_OF ("exec", exec_action,
                  KUBE_DOC ("Exec specifies a command to execute in the container.")),
  KUBE_OBJECT_OF ("httpGet", http_get,
                  KUBE_DOC ("HTTPGet specifies an HTTP GET request to perform.")),
  KUBE_OBJECT_OF ("tcpSocket", tcp_socket,
                  KUBE_DOC ("TCPSocket specifies a connection to a TCP port.")),
  KUBE_OBJECT_OF ("grpc", grpc, KUBE_DOC ("GRPC specifies a GRPC HealthCheckRequest.")),
  { "initialDelaySeconds", KUBE_INT,
    KUBE_DOC ("Number of seconds after the container has started before liveness probes are "
              "initiated.") },
  { "timeoutSeconds", KUBE_INT, .fallback = "1",
    KUBE_DOC ("Number of seconds after which the probe times out. Defaults to 1 second.") },
  { "periodSeconds", KUBE_INT, .fallback = "10",
    KUBE_DOC ("How often (in seconds) to perform the probe. Default to 10 seconds.") },
  { "successThreshold", KUBE_INT, .fallback = "1",
    KUBE_DOC ("Minimum consecutive successes for the probe to be considered successful after "
              "having failed. Defaults to 1.") },
  { "failureThreshold", KUBE_INT, .fallback = "3",
    KUBE_DOC ("Minimum consecutive failures for the probe to be considered failed after having "
              "succeeded. Defaults to 3.") },
  { "terminationGracePeriodSeconds", KUBE_INT,
    KUBE_DOC (
        "Optional duration in seconds the pod needs to terminate gracefully upon probe failure.") },
  { NULL },
};

static const KubeStruct probe = {
  "io.k8s.api.core.v1.Probe",
  "Probe describes a health check to be performed against a container to determine whether it is "
  "alive or ready to receive traffic.",
  probe_fields,
};

static const KubeField sleep_fields[] = {
  { "seconds", KUBE_INT, .required = TRUE,
    KUBE_DOC ("Seconds is the number of seconds to sleep.") },
  { NULL },
};

static const KubeStruct sleep_action = {
  "io.k8s.api.core.v1.SleepAction",
  "SleepAction describes a \"sleep\" action.",
  sleep_fields,
};

static const KubeField lifecycle_handler_fields[] = {
  KUBE_OBJECT_OF ("exec", exec_action,
                  KUBE_DOC ("Exec specifies a command to execute in the container.")),
  KUBE_OBJECT_OF ("httpGet", http_get,
                  KUBE_DOC ("HTTPGet specifies an HTTP GET request to perform.")),
  KUBE_OBJECT_OF ("tcpSocket", tcp_socket,
                  KUBE_DOC ("Deprecated. TCPSocket is NOT supported as a LifecycleHandler.")),
  KUBE_OBJECT_OF ("sleep", sleep_action,
                  KUBE_DOC ("Sleep represents a duration that the container should sleep.")),
  { NULL },
};

static const KubeStruct lifecycle_handler = {
  "io.k8s.api.core.v1.LifecycleHandler",
  "LifecycleHandler defines a specific action that should be taken in a lifecycle hook.",
  lifecycle_handler_fields,
};

static const KubeField lifecycle_fields[] = {
  KUBE_OBJECT_OF ("postStart", lifecycle_handler,
                  KUBE_DOC ("PostStart is called immediately after a container is created.")),
  KUBE_OBJECT_OF ("preStop", lifecycle_handler,
                  KUBE_DOC ("PreStop is called immediately before a container is terminated due to "
                            "an API request or management event.")),
  { "stopSignal", KUBE_STRING,
    KUBE_DOC (
        "StopSignal defines which signal will be sent to a container when it is being stopped.") },
  { NULL },
};

static const KubeStruct lifecycle = {
  "io.k8s.api.core.v1.Lifecycle",
  "Lifecycle describes actions that the management system should take in response to container "
  "lifecycle events.",
  lifecycle_fields,
};

static const KubeField capabilities_fields[] = {
  KUBE_LIST_OF_STRINGS ("add", KUBE_DOC ("Added capabilities")),
  KUBE_LIST_OF_STRINGS ("drop", KUBE_DOC ("Removed capabilities")),
  { NULL },
};

static const KubeStruct capabilities = {
  "io.k8s.api.core.v1.Capabilities",
  "Adds and removes POSIX capabilities from running containers.",
  capabilities_fields,
};

static const KubeField security_context_fields[] = {
  KUBE_OBJECT_OF ("capabilities", capabilities,
                  KUBE_DOC ("The capabilities to add/drop when running containers.")),
  { "privileged", KUBE_BOOL, KUBE_DOC ("Run container in privileged mode.") },
  KUBE_OBJECT_OF ("seLinuxOptions", kube_se_linux_options,
                  KUBE_DOC ("The SELinux context to be applied to the container.")),
  KUBE_OBJECT_OF ("windowsOptions", kube_windows_options,
                  KUBE_DOC ("The Windows specific settings applied to all containers.")),
  { "runAsUser", KUBE_INT, KUBE_DOC ("The UID to run the entrypoint of the container process.") },
  { "runAsGroup", KUBE_INT, KUBE_DOC ("The GID to run the entrypoint of the container process.") },
  { "runAsNonRoot", KUBE_BOOL,
    KUBE_DOC ("Indicates that the container must run as a non-root user.") },
  { "readOnlyRootFilesystem", KUBE_BOOL,
    KUBE_DOC ("Whether this container has a read-only root filesystem.") },
  { "allowPrivilegeEscalation", KUBE_BOOL,
    KUBE_DOC ("AllowPrivilegeEscalation controls whether a process can gain more privileges than "
              "its parent process.") },
  { "procMount", KUBE_STRING,
    KUBE_DOC ("procMount denotes the type of proc mount to use for the containers.") },
  KUBE_OBJECT_OF ("seccompProfile", kube_profile,
                  KUBE_DOC ("The seccomp options to use by this container.")),
  KUBE_OBJECT_OF ("appArmorProfile", kube_profile,
                  KUBE_DOC ("appArmorProfile is the AppArmor options to use by this container.")),
  { NULL },
};

static const KubeStruct security_context = {
  "io.k8s.api.core.v1.SecurityContext",
  "SecurityContext holds security configuration that will be applied to a container.",
  security_context_fields,
};

/* What containers and ephemeral containers have in common. */
#define CONTAINER_FIELDS \
  { "name", KUBE_STRING, .required = TRUE, \
    KUBE_DOC ("Name of the container specified as a DNS_LABEL. Each container in a pod must have " \
              "a unique name (DNS_LABEL). Cannot be updated.") }, \
      { "image", KUBE_STRING, \
        KUBE_DOC ("Container image name. More info: " \
                  "https://kubernetes.io/docs/concepts/containers/images") }, \
      KUBE_LIST_OF_STRINGS ("command", \
                            KUBE_DOC ("Entrypoint array. Not executed within a shell.")), \
      KUBE_LIST_OF_STRINGS ("args", KUBE_DOC ("Arguments to the entrypoint.")), \
      { "workingDir", KUBE_STRING, KUBE_DOC ("Container's working directory.") }, \
      KUBE_LIST_OF ("ports", container_port, .merge_key = "containerPort", \
                    KUBE_DOC ("List of ports to expose from the container.")), \
      KUBE_LIST_OF ( \
          "envFrom", env_from, \
          KUBE_DOC ("List of sources to populate environment variables in the container.")), \
      KUBE_LIST_OF ( \
          "env", env, .merge_key = "name", \
          KUBE_DOC ("List of environment variables to set in the container. Cannot be updated.")), \
      KUBE_OBJECT_OF ( \
          "resources", kube_resource_requirements, .fallback = "{}", \
          KUBE_DOC ( \
              "Compute Resources required by this container. Cannot be updated. More info: " \
              "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/")), \
      KUBE_LIST_OF ("resizePolicy", resize_policy, \
                    KUBE_DOC ("Resources resize policy for the container.")), \
      { "restartPolicy", KUBE_STRING, \
        KUBE_DOC ("RestartPolicy defines the restart behavior of individual containers in a pod. " \
                  "This field may only be set for init containers, and the only allowed value is " \
                  "\"Always\".") }, \
      KUBE_LIST_OF ( \
          "volumeMounts", volume_mount, .merge_key = "mountPath", \
          KUBE_DOC ("Pod volumes to mount into the container's filesystem. Cannot be updated.")), \
      KUBE_LIST_OF ( \
          "volumeDevices", volume_device, .merge_key = "devicePath", \
          KUBE_DOC ("volumeDevices is the list of block devices to be used by the container.")), \
      KUBE_OBJECT_OF ("livenessProbe", probe, \
                      KUBE_DOC ("Periodic probe of container liveness. Container will be " \
                                "restarted if the probe fails.")), \
      KUBE_OBJECT_OF ("readinessProbe", probe, \
                      KUBE_DOC ("Periodic probe of container service readiness. Container will " \
                                "be removed from service endpoints if the probe fails.")), \
      KUBE_OBJECT_OF ( \
          "startupProbe", probe, \
          KUBE_DOC ("StartupProbe indicates that the Pod has successfully initialized.")), \
      KUBE_OBJECT_OF ("lifecycle", lifecycle, \
                      KUBE_DOC ("Actions that the management system should take in response to " \
                                "container lifecycle events. Cannot be updated.")), \
      { "terminationMessagePath", KUBE_STRING, .fallback = "\"/dev/termination-log\"", \
        KUBE_DOC ("Path at which the file to which the container's termination message will be " \
                  "written is mounted into the container's filesystem.") }, \
      { "terminationMessagePolicy", KUBE_STRING, .fallback = "\"File\"", \
        .values = KUBE_VALUES ("FallbackToLogsOnError", "File"), \
        KUBE_DOC ("Indicate how the termination message should be populated.") }, \
      { "imagePullPolicy", KUBE_STRING, .values = KUBE_VALUES ("Always", "IfNotPresent", "Never"), \
        KUBE_DOC ("Image pull policy. One of Always, Never, IfNotPresent. Defaults to Always if " \
                  ":latest tag is specified, or IfNotPresent otherwise. Cannot be updated.") }, \
      KUBE_OBJECT_OF ( \
          "securityContext", security_context, \
          KUBE_DOC ( \
              "SecurityContext defines the security options the container should be run with.")), \
      { "stdin", KUBE_BOOL, \
        KUBE_DOC ("Whether this container should allocate a buffer for stdin in the container " \
                  "runtime.") }, \
      { "stdinOnce", KUBE_BOOL, \
        KUBE_DOC ("Whether the container runtime should close the stdin channel after it has " \
                  "been opened by a single attach.") }, \
  { \
    "tty", KUBE_BOOL, \
        KUBE_DOC ("Whether this container should allocate a TTY for itself, also requires " \
                  "'stdin' to be true.") \
  }

static const KubeField container_fields[] = {
  CONTAINER_FIELDS,
  { NULL },
};

const KubeStruct kube_container = {
  "io.k8s.api.core.v1.Container",
  "A single application container that you want to run within a pod.",
  container_fields,
};

static const KubeField ephemeral_container_fields[] = {
  CONTAINER_FIELDS,
  { "targetContainerName", KUBE_STRING,
    KUBE_DOC (
        "If set, the name of the container from PodSpec that this ephemeral container targets.") },
  { NULL },
};

const KubeStruct kube_ephemeral_container = {
  "io.k8s.api.core.v1.EphemeralContainer",
  "An EphemeralContainer is a temporary container that you may add to an existing Pod for "
  "user-initiated activities such as debugging.",
  ephemeral_container_fields,
};

static const KubeField waiting_fields[] = {
  { "reason", KUBE_STRING, KUBE_DOC ("(brief) reason the container is not yet running.") },
  { "message", KUBE_STRING, KUBE_DOC ("Message regarding why the container is not yet running.") },
  { NULL },
};

static const KubeStruct waiting = {
  "io.k8s.api.core.v1.ContainerStateWaiting",
  "ContainerStateWaiting is a waiting state of a container.",
  waiting_fields,
};

static const KubeField running_fields[] = {
  { "startedAt", KUBE_TIME, KUBE_DOC ("Time at which the container was last (re-)started") },
  { NULL },
};

static const KubeStruct running = {
  "io.k8s.api.core.v1.ContainerStateRunning",
  "ContainerStateRunning is a running state of a container.",
  running_fields,
};

static const KubeField terminated_fields[] = {
  { "exitCode", KUBE_INT, .fallback = "0",
    KUBE_DOC ("Exit status from the last termination of the container") },
  { "signal", KUBE_INT, KUBE_DOC ("Signal from the last termination of the container") },
  { "reason", KUBE_STRING, KUBE_DOC ("(brief) reason from the last termination of the container") },
  { "message", KUBE_STRING, KUBE_DOC ("Message regarding the last termination of the container") },
  { "startedAt", KUBE_TIME,
    KUBE_DOC ("Time at which previous execution of the container started") },
  { "finishedAt", KUBE_TIME, KUBE_DOC ("Time at which the container last terminated") },
  { "containerID", KUBE_STRING,
    KUBE_DOC ("Container's ID in the format '<type>://<container_id>'") },
  { NULL },
};

static const KubeStruct terminated = {
  "io.k8s.api.core.v1.ContainerStateTerminated",
  "ContainerStateTerminated is a terminated state of a container.",
  terminated_fields,
};

static const KubeField state_fields[] = {
  KUBE_OBJECT_OF ("waiting", waiting, KUBE_DOC ("Details about a waiting container")),
  KUBE_OBJECT_OF ("running", running, KUBE_DOC ("Details about a running container")),
  KUBE_OBJECT_OF ("terminated", terminated, KUBE_DOC ("Details about a terminated container")),
  { NULL },
};

static const KubeStruct state = {
  "io.k8s.api.core.v1.ContainerState",
  "ContainerState holds a possible state of container. Only one of its members may be specified.",
  state_fields,
};

static const KubeField mount_status_fields[] = {
  { "name", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Name corresponds to the name of the original VolumeMount.") },
  { "mountPath", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("MountPath corresponds to the original VolumeMount.") },
  { "readOnly", KUBE_BOOL, KUBE_DOC ("ReadOnly corresponds to the original VolumeMount.") },
  { "recursiveReadOnly", KUBE_STRING,
    KUBE_DOC ("RecursiveReadOnly must be set to Disabled, Enabled, or unspecified (for "
              "non-readonly mounts).") },
  { NULL },
};

static const KubeStruct mount_status = {
  "io.k8s.api.core.v1.VolumeMountStatus",
  "VolumeMountStatus shows status of volume mounts.",
  mount_status_fields,
};

static const KubeField status_fields[] = {
  { "name", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Name is a DNS_LABEL representing the unique name of the container.") },
  KUBE_OBJECT_OF ("state", state, .fallback = "{}",
                  KUBE_DOC ("State holds details about the container's current condition.")),
  KUBE_OBJECT_OF ("lastState", state, .fallback = "{}",
                  KUBE_DOC ("LastTerminationState holds the last termination state of the "
                            "container to help debug container crashes and restarts.")),
  { "ready", KUBE_BOOL, .fallback = "false",
    KUBE_DOC ("Ready specifies whether the container is currently passing its readiness check.") },
  { "restartCount", KUBE_INT, .fallback = "0",
    KUBE_DOC ("RestartCount holds the number of times the container has been restarted.") },
  { "image", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("Image is the name of container image that the container is running.") },
  { "imageID", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("ImageID is the image ID of the container's image.") },
  { "containerID", KUBE_STRING,
    KUBE_DOC ("ContainerID is the ID of the container in the format '<type>://<container_id>'.") },
  { "started", KUBE_BOOL,
    KUBE_DOC ("Started indicates whether the container has finished its postStart lifecycle hook "
              "and passed its startup probe.") },
  { "allocatedResources", KUBE_MAP, .element = KUBE_QUANTITY,
    KUBE_DOC ("AllocatedResources represents the compute resources allocated for this container by "
              "the node.") },
  KUBE_OBJECT_OF ("resources", kube_resource_requirements,
                  KUBE_DOC ("Resources represents the compute resource requests and limits that "
                            "have been successfully enacted on the running container.")),
  KUBE_LIST_OF ("volumeMounts", mount_status, .merge_key = "mountPath",
                KUBE_DOC ("Status of volume mounts.")),
  { NULL },
};

const KubeStruct kube_container_status = {
  "io.k8s.api.core.v1.ContainerStatus",
  "ContainerStatus contains details for the current status of this container.",
  status_fields,
};
