/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "fake-group.h"

#include <string.h>

#define ZONE_NAMES "abcdef"
#define JOIN_TIME (60 * DD_SECOND)
#define LEAVE_TIME (40 * DD_SECOND)
#define USER_DATA(image) "--node-labels=eks.amazonaws.com/nodegroup-image=" image ",x=y"

static DdUsec
now (const FakeGroup *self)
{
  return dd_clock_now (fake_clock_interface (self->clock));
}

static void
fake_node_free (gpointer data)
{
  FakeNode *node = data;

  g_free (node->name);
  g_free (node->instance);
  g_free (node->zone);
  g_free (node->image);
  g_ptr_array_unref (node->pods);
  g_free (node);
}

static gboolean
has_gone (const FakeGroup *self, const FakeNode *node)
{
  return node->leaving != 0 && now (self) >= node->leaving + LEAVE_TIME;
}

static gboolean
has_joined (const FakeGroup *self, const FakeNode *node)
{
  return now (self) >= node->born + JOIN_TIME && !has_gone (self, node);
}

static FakeNode *
add_node (FakeGroup *self, guint zone, const char *image, DdUsec born)
{
  FakeNode *node = g_new0 (FakeNode, 1);
  guint number = ++self->last_number;

  node->name = g_strdup_printf ("ip-10-0-0-%u", number);
  node->instance = g_strdup_printf ("i-%017x", number);
  node->zone = g_strdup_printf ("us-west-2%c", ZONE_NAMES[zone]);
  node->image = g_strdup (image);
  node->born = born;
  node->pods = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->nodes, node);
  return node;
}

FakeGroup *
fake_group_new (FakeClock *clock, guint count, guint zones)
{
  FakeGroup *self = g_new0 (FakeGroup, 1);

  self->clock = clock;
  self->made = now (self);
  self->nodes = g_ptr_array_new_with_free_func (fake_node_free);
  self->zones = zones;
  self->min = 1;
  self->max = count + 1;
  self->desired = count;
  self->version = 1;
  self->update_config = "{\"maxUnavailable\":1}";
  self->dead_zone = -1;
  self->log = g_string_new (NULL);
  for (guint i = 0; i < count; i++)
    {
      FakeNode *node = add_node (self, i % zones, OLD_IMAGE, now (self) - DD_HOUR);

      g_ptr_array_add (node->pods, g_strdup_printf ("web-%u", i));
    }
  return self;
}

void
fake_group_free (FakeGroup *self)
{
  g_ptr_array_unref (self->nodes);
  g_string_free (self->log, TRUE);
  g_free (self);
}

FakeNode *
fake_group_node (const FakeGroup *self, guint n)
{
  return g_ptr_array_index (self->nodes, n);
}

guint
fake_group_count (const FakeGroup *self, const char *image)
{
  guint count = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const FakeNode *node = fake_group_node (self, i);

      if (!has_gone (self, node) && (image == NULL || g_str_equal (image, node->image)))
        count++;
    }
  return count;
}

guint
fake_group_tainted (const FakeGroup *self)
{
  guint count = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    if (!has_gone (self, fake_group_node (self, i)) && fake_group_node (self, i)->tainted)
      count++;
  return count;
}

/* ---- the group lives ---- */

static guint
count_wanted (const FakeGroup *self, int zone)
{
  guint count = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const FakeNode *node = fake_group_node (self, i);

      if (node->leaving == 0 && (zone < 0 || node->zone[9] == ZONE_NAMES[zone]))
        count++;
    }
  return count;
}

static guint
emptiest_zone (const FakeGroup *self)
{
  guint best = self->dead_zone == 0 ? 1 : 0;

  for (guint i = 0; i < self->zones; i++)
    if ((int) i != self->dead_zone
        && count_wanted (self, (int) i) < count_wanted (self, (int) best))
      best = i;
  return best;
}

/* The oldest node of the fullest zone. */
static FakeNode *
scale_in_victim (const FakeGroup *self)
{
  guint fullest = 0;

  for (guint i = 0; i < self->zones; i++)
    if (count_wanted (self, (int) i) > count_wanted (self, (int) fullest))
      fullest = i;
  for (guint i = 0; i < self->nodes->len; i++)
    {
      FakeNode *node = fake_group_node (self, i);

      if (node->leaving == 0 && node->zone[9] == ZONE_NAMES[fullest])
        return node;
    }
  return NULL;
}

static void
live (FakeGroup *self)
{
  if (self->outside_raise != 0 && now (self) >= self->outside_raise)
    {
      self->outside_raise = 0;
      self->desired++;
      self->max++;
    }
  while (count_wanted (self, -1) < self->desired)
    add_node (self, emptiest_zone (self), self->version == 1 ? OLD_IMAGE : NEW_IMAGE, now (self));
  while (count_wanted (self, -1) > self->desired)
    scale_in_victim (self)->leaving = now (self);
  self->peak_desired = MAX (self->peak_desired, self->desired);
  self->peak_max = MAX (self->peak_max, self->max);
}

/* ---- AWS ---- */

static char *
form_value (const char *body, const char *key)
{
  g_autofree char *needle = g_strdup_printf ("&%s=", key);
  const char *found = strstr (body, needle);

  return found == NULL ? NULL
                       : g_uri_unescape_segment (
                           found + strlen (needle),
                           found + strlen (needle) + strcspn (found + strlen (needle), "&"), NULL);
}

static gint64
form_number (const char *body, const char *key, gint64 fallback)
{
  g_autofree char *text = form_value (body, key);

  return text == NULL ? fallback : g_ascii_strtoll (text, NULL, 10);
}

static DdReply *
describe_nodegroup (FakeGroup *self)
{
  g_autofree char *text = g_strdup_printf (
      "{\"nodegroup\":{\"nodegroupName\":\"default\",\"status\":\"%s\",\"version\":\"1.30\","
      "\"releaseVersion\":\"1.30.0-20240101\",\"amiType\":\"AL2_x86_64\",\"updateConfig\":%s,"
      "\"resources\":{\"autoScalingGroups\":[{\"name\":\"eks-default\"}]}}}",
      self->status == NULL ? "ACTIVE" : self->status, self->update_config);

  return fake_reply_json (200, text);
}

static DdReply *
describe_group (FakeGroup *self)
{
  g_autoptr (GString) xml
      = g_string_new ("<R><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>");
  DdReply *reply;

  g_string_append_printf (xml,
                          "<MinSize>%d</MinSize><MaxSize>%d</MaxSize><DesiredCapacity>%d"
                          "</DesiredCapacity><AvailabilityZones>",
                          (int) self->min, (int) self->max, (int) self->desired);
  for (guint i = 0; i < self->zones; i++)
    g_string_append_printf (xml, "<member>us-west-2%c</member>", ZONE_NAMES[i]);
  g_string_append_printf (
      xml,
      "</AvailabilityZones><MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification>"
      "<LaunchTemplateId>lt-1</LaunchTemplateId><LaunchTemplateName>eks-1</LaunchTemplateName>"
      "<Version>%d</Version></LaunchTemplateSpecification><Overrides><member><InstanceType>"
      "m5.large</InstanceType></member></Overrides></LaunchTemplate></MixedInstancesPolicy>"
      "<Instances>",
      self->version);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const FakeNode *node = fake_group_node (self, i);

      if (!has_gone (self, node))
        g_string_append_printf (xml,
                                "<member><InstanceId>%s</InstanceId><AvailabilityZone>%s"
                                "</AvailabilityZone><LifecycleState>%s</LifecycleState>"
                                "<LaunchTemplate><Version>%d</Version></LaunchTemplate></member>",
                                node->instance, node->zone,
                                node->leaving != 0 ? "Terminating:Wait"
                                : node->standby    ? "Standby"
                                                   : "InService",
                                g_str_equal (node->image, NEW_IMAGE) ? 2 : 1);
    }
  g_string_append (xml, "</Instances>");
  if (self->free_addresses != 0)
    g_string_append (xml, "<VPCZoneIdentifier>subnet-1</VPCZoneIdentifier>");
  if (self->suspended != NULL)
    g_string_append_printf (xml,
                            "<SuspendedProcesses><member><ProcessName>%s</ProcessName></member>"
                            "</SuspendedProcesses>",
                            self->suspended);
  if (self->managed)
    g_string_append (xml, "<Tags><member><Key>eks:nodegroup-name</Key><Value>default</Value>"
                          "</member></Tags>");
  g_string_append (xml, "</member></AutoScalingGroups>"
                        "</DescribeAutoScalingGroupsResult></R>");
  reply = fake_reply_xml (200, xml->str);
  return reply;
}

static DdReply *
update_group (FakeGroup *self, const char *body)
{
  g_autofree char *version = form_value (
      body, "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version");

  if (version != NULL)
    {
      self->version = atoi (version);
      self->repoints++;
    }
  else
    self->resizes++;
  self->max = form_number (body, "MaxSize", self->max);
  self->desired = form_number (body, "DesiredCapacity", self->desired);
  g_assert (self->desired <= self->max);
  live (self);
  return fake_reply_xml (200, "<R/>");
}

/* As Auto Scaling words the activity. */
static DdReply *
reply_taken_out (FakeGroup *self, gboolean decrement)
{
  g_autofree char *shrinking
      = decrement ? g_strdup_printf (", shrinking the capacity from %" G_GINT64_FORMAT
                                     " to %" G_GINT64_FORMAT,
                                     self->desired, self->desired - 1)
                  : g_strdup ("");
  g_autofree char *xml = g_strdup_printf (
      "<R><TerminateInstanceInAutoScalingGroupResult><Activity><Cause>At 2025-11-03T09:00:00Z "
      "instance i-0 was taken out of service in response to a user request%s.</Cause></Activity>"
      "</TerminateInstanceInAutoScalingGroupResult></R>",
      shrinking);

  self->desired -= decrement;
  return fake_reply_xml (200, xml);
}

static DdReply *
terminate_instance (FakeGroup *self, const char *body)
{
  g_autofree char *id = form_value (body, "InstanceId");
  gboolean decrement = strstr (body, "ShouldDecrementDesiredCapacity=true") != NULL;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      FakeNode *node = fake_group_node (self, i);

      if (g_str_equal (node->instance, id) && node->leaving == 0)
        {
          DdReply *reply = reply_taken_out (self, decrement);

          node->leaving = now (self);
          live (self);
          return reply;
        }
    }
  return fake_reply_xml (400, "<ErrorResponse><Error><Code>ValidationError</Code><Message>Instance "
                              "Id not found - No managed instance found for instance ID: i-0"
                              "</Message></Error></ErrorResponse>");
}

static DdReply *
describe_template (FakeGroup *self)
{
  gboolean is_new = self->version != 1;
  g_autofree char *data
      = g_base64_encode ((const guchar *) (is_new ? USER_DATA (NEW_IMAGE) : USER_DATA (OLD_IMAGE)),
                         strlen (USER_DATA (OLD_IMAGE)));
  g_autofree char *xml = g_strdup_printf (
      "<R><launchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId><versionNumber>"
      "%d</versionNumber><launchTemplateData><imageId>%s</imageId><userData>%s</userData>"
      "</launchTemplateData></item></launchTemplateVersionSet></R>",
      self->version, is_new ? NEW_IMAGE : OLD_IMAGE, data);

  return fake_reply_xml (200, xml);
}

static DdReply *
create_template_version (FakeGroup *self, const char *body)
{
  g_autofree char *encoded = form_value (body, "LaunchTemplateData.UserData");
  gsize size = 0;
  g_autofree guchar *data = encoded == NULL ? NULL : g_base64_decode (encoded, &size);
  g_autofree char *text = g_strndup ((char *) data, size);

  /* A group of one's own keeps its user data as it is. */
  self->made_version = encoded == NULL || strstr (text, USER_DATA (NEW_IMAGE)) != NULL;
  return fake_reply_xml (200, "<R><launchTemplateVersion><versionNumber>2</versionNumber>"
                              "</launchTemplateVersion></R>");
}

static DdReply *
describe_instances (FakeGroup *self)
{
  g_autoptr (GString) xml = g_string_new ("<R><reservationSet><item><instancesSet>");

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const FakeNode *node = fake_group_node (self, i);

      g_string_append_printf (xml,
                              "<item><instanceId>%s</instanceId><instanceState><name>%s</name>"
                              "</instanceState></item>",
                              node->instance, has_gone (self, node) ? "terminated" : "running");
    }
  g_string_append (xml, "</instancesSet></item></reservationSet></R>");
  return fake_reply_xml (200, xml->str);
}

static DdReply *
describe_subnets (FakeGroup *self)
{
  g_autofree char *xml = g_strdup_printf (
      "<R><subnetSet><item><subnetId>subnet-1</subnetId><availabilityZone>us-west-2a"
      "</availabilityZone><availableIpAddressCount>%d</availableIpAddressCount></item></subnetSet>"
      "</R>",
      self->free_addresses);

  if (self->free_addresses < 0)
    return fake_reply_xml (403, "<Response><Errors><Error><Code>UnauthorizedOperation</Code>"
                                "<Message>not you</Message></Error></Errors></Response>");
  return fake_reply_xml (200, xml);
}

static gboolean
somebody_is_leaving (const FakeGroup *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const FakeNode *node = fake_group_node (self, i);

      if (node->leaving != 0 && !has_gone (self, node))
        return TRUE;
    }
  return FALSE;
}

static char *
time_text (DdUsec time)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (time / DD_SECOND);

  return g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ");
}

/* One failure of now, and one of the day before the group was made. */
static DdReply *
describe_activities (FakeGroup *self)
{
  g_autofree char *time = time_text (now (self));
  g_autofree char *before = time_text (self->made - 24 * DD_HOUR);
  g_autofree char *xml = g_strdup_printf (
      "<R><DescribeScalingActivitiesResult><Activities>%s<member><StatusCode>Failed</StatusCode>"
      "<StatusMessage>no capacity in zone</StatusMessage><StartTime>%s</StartTime></member>"
      "<member><StatusCode>Failed</StatusCode><StatusMessage>a failure of yesterday"
      "</StatusMessage><StartTime>%s</StartTime></member></Activities></"
      "DescribeScalingActivitiesResult></R>",
      somebody_is_leaving (self) ? "<member><StatusCode>InProgress</StatusCode></member>" : "",
      time, before);

  return fake_reply_xml (200, xml);
}

/* Another hook of that name but for launches is none. */
static DdReply *
describe_hooks (const FakeGroup *self)
{
  g_autofree char *xml = g_strdup_printf (
      "<R><DescribeLifecycleHooksResult><LifecycleHooks><member><LifecycleHookName>"
      "Terminate-LC-Hook</LifecycleHookName><LifecycleTransition>autoscaling:EC2_INSTANCE_%s"
      "</LifecycleTransition></member></LifecycleHooks></DescribeLifecycleHooksResult></R>",
      self->no_hook ? "LAUNCHING" : "TERMINATING");

  return fake_reply_xml (200, xml);
}

static DdReply *
handle_aws (FakeGroup *self, const DdRequest *request, const char *body)
{
  if (g_str_equal (request->target, "/clusters/lab"))
    return fake_reply_json (200, "{\"cluster\":{\"name\":\"lab\",\"version\":\"1.30\"}}");
  if (g_str_equal (request->target, "/clusters/lab/node-groups/default"))
    return describe_nodegroup (self);
  if (g_str_equal (request->service, "ssm"))
    return fake_reply_json (
        200, "{\"Parameters\":[{\"Name\":\"/aws/service/eks/optimized-ami/1.30/amazon-linux-2/"
             "recommended/image_id\",\"Value\":\"" NEW_IMAGE "\"},{\"Name\":\"/aws/service/eks/"
             "optimized-ami/1.30/amazon-linux-2/recommended/release_version\",\"Value\":"
             "\"1.30.0-20240703\"}]}");
  if (strstr (body, "=DescribeAutoScalingGroups&") != NULL)
    return describe_group (self);
  if (strstr (body, "=UpdateAutoScalingGroup&") != NULL)
    return update_group (self, body);
  if (strstr (body, "=TerminateInstanceInAutoScalingGroup&") != NULL)
    return terminate_instance (self, body);
  if (strstr (body, "=DescribeLaunchTemplateVersions&") != NULL)
    return describe_template (self);
  if (strstr (body, "=CreateLaunchTemplateVersion&") != NULL)
    return create_template_version (self, body);
  if (strstr (body, "=DescribeInstances&") != NULL)
    return describe_instances (self);
  if (strstr (body, "=DescribeSubnets&") != NULL)
    return describe_subnets (self);
  if (strstr (body, "=DescribeLifecycleHooks&") != NULL)
    return describe_hooks (self);
  g_assert (strstr (body, "=DescribeScalingActivities&") != NULL);
  return describe_activities (self);
}

/* ---- Kubernetes ---- */

static void
write_node (const FakeGroup *self, const FakeNode *node, GString *out)
{
  gboolean ready = node->image[18] == '1' || !self->never_ready;

  g_string_append_printf (
      out,
      "{\"metadata\":{\"name\":\"%s\",\"resourceVersion\":\"7\",\"labels\":{\""
      "eks.amazonaws.com/"
      "nodegroup-image\":\"%s\",\"topology.kubernetes.io/zone\":\"%s\"%s},\"annotations\":{%s}},"
      "\"spec\":{\"providerID\":\"aws:///%s/%s\"%s%s},\"status\":{\"conditions\":[{\"type\":"
      "\"Ready\",\"status\":\"%s\",\"message\":\"container runtime network not ready\"}]}}",
      node->name, node->image, node->zone,
      node->excluded ? ",\"node.kubernetes.io/exclude-from-external-load-balancers\":\"true\"" : "",
      node->protected_ ? "\"cluster-autoscaler.kubernetes.io/scale-down-disabled\":\"true\"" : "",
      node->zone, node->instance, node->cordoned ? ",\"unschedulable\":true" : "",
      node->tainted ? ",\"taints\":[{\"key\":\"eks.amazonaws.com/nodegroup\",\"value\":"
                      "\"unschedulable\",\"effect\":\"NoSchedule\"}]"
                    : "",
      ready ? "True" : "False");
}

static DdReply *
list_nodes (FakeGroup *self, const char *target)
{
  g_autoptr (GString) out = g_string_new ("{\"metadata\":{},\"items\":[");
  gboolean only_new = strstr (target, "image%3D" NEW_IMAGE) != NULL;
  gboolean only_old = strstr (target, "image%21%3D" NEW_IMAGE) != NULL;
  const char *comma = "";

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const FakeNode *node = fake_group_node (self, i);
      gboolean is_new = g_str_equal (node->image, NEW_IMAGE);

      if (self->elsewhere || !has_joined (self, node) || (only_new && !is_new)
          || (only_old && is_new))
        continue;
      g_string_append (out, comma);
      write_node (self, node, out);
      comma = ",";
    }
  g_string_append (out, "]}");
  return fake_reply_json (200, out->str);
}

static FakeNode *
node_named (const FakeGroup *self, const char *name)
{
  for (guint i = 0; i < self->nodes->len; i++)
    if (g_str_equal (fake_group_node (self, i)->name, name))
      return fake_group_node (self, i);
  return NULL;
}

static DdReply *
patch_node (FakeGroup *self, const char *target, const char *body)
{
  FakeNode *node = node_named (self, target + strlen ("/api/v1/nodes/"));
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_nonnull (node);
  if (strstr (body, "\"taints\"") != NULL)
    node->tainted = strstr (body, "NoSchedule") != NULL;
  if (strstr (body, "\"unschedulable\":") != NULL)
    node->cordoned = strstr (body, "\"unschedulable\":true") != NULL;
  if (strstr (body, "exclude-from") != NULL)
    node->excluded = strstr (body, "balancers\":\"true\"") != NULL;
  if (strstr (body, "scale-down-disabled") != NULL)
    node->protected_ = strstr (body, "disabled\":\"true\"") != NULL;
  write_node (self, node, out);
  return fake_reply_json (200, out->str);
}

static DdReply *
list_pods (FakeGroup *self, const char *target)
{
  const char *name = strstr (target, "nodeName%3D") + strlen ("nodeName%3D");
  FakeNode *node = node_named (self, name);
  g_autoptr (GString) out = g_string_new ("{\"metadata\":{},\"items\":[");

  for (guint i = 0; node != NULL && i < node->pods->len; i++)
    g_string_append_printf (out,
                            "%s{\"metadata\":{\"namespace\":\"shop\",\"name\":\"%s\",\"uid\":"
                            "\"%s\",\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":\"web\","
                            "\"controller\":true}]},\"status\":{\"phase\":\"Running\"}}",
                            i == 0 ? "" : ",", (char *) g_ptr_array_index (node->pods, i),
                            (char *) g_ptr_array_index (node->pods, i));
  g_string_append (out, "]}");
  return fake_reply_json (200, out->str);
}

static gboolean
remove_pod (FakeGroup *self, const char *name)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      GPtrArray *pods = fake_group_node (self, i)->pods;
      guint index;

      if (g_ptr_array_find_with_equal_func (pods, name, g_str_equal, &index))
        {
          g_ptr_array_remove_index (pods, index);
          return TRUE;
        }
    }
  return FALSE;
}

static DdReply *
evict_pod (FakeGroup *self, const char *name)
{
  self->evictions++;
  if (self->stuck_pod != NULL && g_str_equal (name, self->stuck_pod) && self->two_budgets)
    return fake_reply_json (
        500, "{\"kind\":\"Status\",\"message\":\"This pod has more than one PodDisruptionBudget, "
             "which the eviction subresource does not support.\",\"code\":500}");
  if (self->stuck_pod != NULL && g_str_equal (name, self->stuck_pod))
    return fake_reply_json (
        429, "{\"kind\":\"Status\",\"message\":\"Cannot evict pod as it would violate the pod's "
             "disruption budget.\",\"reason\":\"TooManyRequests\",\"details\":{\"causes\":[{"
             "\"reason\":\"DisruptionBudget\",\"message\":\"The disruption budget web needs 3 "
             "healthy pods and has 3 currently\"}]},\"code\":429}");
  if (!remove_pod (self, name))
    return fake_reply_json (404, "{\"message\":\"gone\"}");
  return fake_reply_json (201, "{\"status\":\"Success\"}");
}

static DdReply *
handle_kubernetes (FakeGroup *self, const DdRequest *request, const char *body)
{
  const char *target = request->target;
  g_auto (GStrv) parts = g_strsplit (target, "/", -1);

  if (g_str_has_prefix (target, "/api/v1/nodes?"))
    return list_nodes (self, target);
  if (g_str_equal (request->method, "PATCH"))
    return patch_node (self, target, body);
  if (g_str_has_prefix (target, "/api/v1/pods?"))
    return list_pods (self, target);
  if (g_str_has_prefix (target, "/apis/policy/v1/poddisruptionbudgets"))
    return fake_reply_json (200, self->budgets == NULL ? "{\"items\":[]}" : self->budgets);
  if (g_str_equal (request->method, "POST"))
    return evict_pod (self, parts[6]);
  g_assert_cmpstr (request->method, ==, "DELETE");
  self->deletions++;
  remove_pod (self, parts[6]);
  return fake_reply_json (200, "{}");
}

static DdReply *
handle (FakeGroup *self, const DdRequest *request, const char *body)
{
  return g_str_equal (request->service, "kubernetes") ? handle_kubernetes (self, request, body)
                                                      : handle_aws (self, request, body);
}

static DdReply *
fail_request (FakeGroup *self, const DdRequest *request, const char *body)
{
  DdReply *reply;

  self->failures--;
  if (self->failure_status == FAKE_LOST)
    dd_reply_free (handle (self, request, body));
  if (self->failure_status == FAKE_LOST || self->failure_status == FAKE_NOT_DONE)
    return NULL;
  reply = g_str_has_prefix (self->failure_body, "<")
              ? fake_reply_xml ((guint) self->failure_status, self->failure_body)
              : fake_reply_json ((guint) self->failure_status, self->failure_body);
  if (self->retry_after != NULL)
    dd_headers_add (reply->headers, "Retry-After", self->retry_after);
  return reply;
}

DdReply *
fake_group_handle (const DdRequest *request, gpointer data)
{
  FakeGroup *self = data;
  g_autofree char *body = request->body == NULL ? g_strdup ("")
                                                : g_strndup (g_bytes_get_data (request->body, NULL),
                                                             g_bytes_get_size (request->body));

  g_string_append_printf (self->log, "%s %s %s\n", request->method, request->target, body);
  live (self);
  if (self->failures > 0 && self->failing != NULL
      && (strstr (request->target, self->failing) != NULL || strstr (body, self->failing) != NULL))
    return fail_request (self, request, body);
  return handle (self, request, body);
}
